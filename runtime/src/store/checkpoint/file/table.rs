//! What lies in the files of a folder, read when it is opened: everything but states and the bytes of letters.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::store::checkpoint::file::files::Files;
use crate::store::checkpoint::file::folder::damaged;
use crate::store::checkpoint::file::heads::{CheckpointHead, LettersHead, LiveHead, RemovalHead, WaiversHead};
use crate::store::checkpoint::file::home::Home;
use crate::store::checkpoint::file::letters::Letters;
use crate::store::checkpoint::file::names::{Named, named, stem};
use crate::store::checkpoint::file::sealed::Kind;
use crate::store::checkpoint::registry::Registry;
use crate::store::checkpoint::{CheckpointError, ConsumerName, PartId, Waiver};
use crate::store::file::disk::Disk;

/// The files, and what they hold.
#[derive(Debug)]
pub(super) struct Table<D: Disk> {
    pub(super) files: Files<D>,
    letters: BTreeMap<ConsumerName, Letters>,
    waivers: BTreeMap<ConsumerName, BTreeMap<PartId, Waiver>>,
    /// The first damaged file of a consumer, by the stem of its files: its name may stand in the part that is damaged.
    damaged: BTreeMap<String, (String, String)>,
}

/// What was found, before it is put together.
#[derive(Default)]
struct Found {
    checkpoints: Vec<CheckpointHead>,
    letters: BTreeMap<ConsumerName, Vec<LettersHead>>,
    damaged: BTreeMap<String, (String, String)>,
}

impl<D: Disk> Table<D> {
    /// Reads the folder. Owners stay as the registry has them; they lie in no file.
    pub(super) fn read(home: Arc<dyn Home<D>>, registry: &mut Registry) -> Result<Self, CheckpointError> {
        let mut table = Self {
            files: Files::open(home)?,
            letters: BTreeMap::new(),
            waivers: BTreeMap::new(),
            damaged: BTreeMap::new(),
        };
        table.finish_removals()?;
        registry.forget_kept();
        let mut found = Found::default();
        for name in table.files.names()? {
            if let Some((stem, named)) = named(&name) {
                table.look_at(&name, stem, named, &mut found, registry)?;
            }
        }
        table.damaged = std::mem::take(&mut found.damaged);
        table.put_together(found, registry)?;
        Ok(table)
    }

    fn finish_removals(&mut self) -> Result<(), CheckpointError> {
        for name in self.files.names()? {
            if let Some((_, Named::Removal)) = named(&name) {
                // One that cannot be read has a damaged consumer, which is removed once more.
                if let Ok(head) = self.files.head::<RemovalHead>(&name, Kind::Removal)? {
                    self.finish(&head)?;
                }
            }
        }
        Ok(())
    }

    /// Does what a removal says, as far as it is not done; the removal itself goes last.
    pub(super) fn finish(&mut self, removal: &RemovalHead) -> Result<(), CheckpointError> {
        for head in &removal.live {
            let name = Named::Live.of(&head.consumer);
            if head.generation == head.consumer && head.before.is_none() {
                self.files.remove([&*name])?;
            } else {
                self.files.put(&name, Kind::Live, head, &[])?;
            }
        }
        let stem = stem(&removal.consumer);
        let names = self.files.names()?;
        let own = names.iter().filter(|name| {
            named(name).is_some_and(|(of, named)| {
                let goes = matches!(named, Named::Checkpoint | Named::Letters(_));
                of == stem && named != Named::Removal && (goes || removal.is_damaged)
            })
        });
        let waivers: Vec<String> = removal.waivers.iter().map(|name| Named::Waivers.of(name)).collect();
        self.files
            .remove(own.map(String::as_str).chain(waivers.iter().map(String::as_str)))?;
        self.files.remove([&*Named::Removal.of(&removal.consumer)])
    }

    fn look_at(
        &mut self,
        name: &str,
        of: &str,
        named: Named,
        found: &mut Found,
        registry: &mut Registry,
    ) -> Result<(), CheckpointError> {
        let files = &self.files;
        // Each file names its consumer, and belongs to it only under the name that follows from that.
        let owned = |consumer: &ConsumerName| {
            if stem(consumer) == of {
                Ok(())
            } else {
                Err("it is another consumer's")
            }
        };
        let wrong = match named {
            Named::Checkpoint => files.head::<CheckpointHead>(name, Kind::Checkpoint)?.and_then(|head| {
                owned(head.checkpoint.consumer())?;
                found.checkpoints.push(head);
                Ok(())
            }),
            Named::Letters(number) => files.head::<LettersHead>(name, Kind::Letters)?.and_then(|head| {
                owned(&head.consumer)?;
                if head.number != number {
                    return Err("it is another file of letters".to_owned());
                }
                found.letters.entry(head.consumer.clone()).or_default().push(head);
                Ok(())
            }),
            Named::Waivers => files.head::<WaiversHead>(name, Kind::Waivers)?.and_then(|head| {
                owned(&head.consumer)?;
                let waivers = head.waivers.into_iter().map(|waiver| (waiver.part, waiver));
                self.waivers.insert(head.consumer, waivers.collect());
                Ok(())
            }),
            Named::Live => files.head::<LiveHead>(name, Kind::Live)?.and_then(|head| {
                owned(&head.consumer)?;
                let consumer = head.consumer.clone();
                registry.set_live(&consumer, Some(head.live()));
                Ok(())
            }),
            Named::Removal => Err("the removal that it stands for cannot be read".to_owned()),
        };
        if let Err(what) = wrong {
            found.damaged.entry(of.to_owned()).or_insert((name.to_owned(), what));
        }
        Ok(())
    }

    fn put_together(&mut self, mut found: Found, registry: &mut Registry) -> Result<(), CheckpointError> {
        let mut unfinished = Vec::new();
        for head in &found.checkpoints {
            let consumer = head.checkpoint.consumer();
            registry.keep(head.checkpoint.clone());
            let files = found.letters.entry(consumer.clone()).or_default();
            files.sort_by_key(|file| file.number);
            let counts = |file: &LettersHead| file.alone || file.number < head.next;
            unfinished.extend(files.extract_if(.., |file| !counts(file)));
            let missing = head
                .files
                .iter()
                .find(|number| files.iter().all(|file| file.number != **number));
            if let Some(missing) = missing {
                let file = Named::Letters(*missing).of(consumer);
                self.damaged
                    .entry(stem(consumer))
                    .or_insert((file, "it is missing".to_owned()));
            }
            let letters = Letters::of(head.next, files, head.gone.iter().copied());
            found.letters.remove(consumer);
            self.letters.insert(consumer.clone(), letters);
        }
        for (consumer, mut files) in found.letters {
            // No checkpoint was ever written: only those count that do so by themselves.
            files.sort_by_key(|file| file.number);
            unfinished.extend(files.extract_if(.., |file| !file.alone));
            self.letters.insert(consumer, Letters::of(1, &files, []));
        }
        let sound = unfinished.iter().filter(|file| self.is_sound(&file.consumer).is_ok());
        let names: Vec<String> = sound
            .map(|file| Named::Letters(file.number).of(&file.consumer))
            .collect();
        self.files.remove(names.iter().map(String::as_str))
    }

    pub(super) fn is_sound(&self, consumer: &ConsumerName) -> Result<(), CheckpointError> {
        match self.damaged.get(&stem(consumer)) {
            Some((file, what)) => Err(damaged(consumer, file, what.clone())),
            None => Ok(()),
        }
    }

    pub(super) fn is_all_sound(&self) -> Result<(), CheckpointError> {
        match self.damaged.values().next() {
            Some((file, what)) => Err(CheckpointError::Store(Box::new(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("`{file}` is damaged: {what}"),
            )))),
            None => Ok(()),
        }
    }

    pub(super) fn letters(&mut self, consumer: &ConsumerName) -> &mut Letters {
        self.letters.entry(consumer.clone()).or_default()
    }

    pub(super) fn waivers(&mut self, consumer: &ConsumerName) -> &mut BTreeMap<PartId, Waiver> {
        self.waivers.entry(consumer.clone()).or_default()
    }
}

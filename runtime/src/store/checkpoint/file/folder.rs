//! The verbs of a folder of consumers, one at a time: asked of the rules, written, then taken over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::store::checkpoint::file::files::Whole;
use crate::store::checkpoint::file::heads::{
    CheckpointHead, FencesHead, LettersHead, LiveHead, RemovalHead, WaiversHead,
};
use crate::store::checkpoint::file::home::Home;
use crate::store::checkpoint::file::letters::Plan;
use crate::store::checkpoint::file::names::{FENCES, Named};
use crate::store::checkpoint::file::sealed::Kind;
use crate::store::checkpoint::file::table::Table;
use crate::store::checkpoint::letter::parked_keys;
use crate::store::checkpoint::registry::Registry;
use crate::store::checkpoint::{
    Change, CheckpointError, ConsumerName, DeadLetter, Lease, LetterRead, Live, ParkedKey, PartId, Saved, Waiver,
};
use crate::store::file::disk::Disk;

/// A folder, and what is known of its files.
#[derive(Debug)]
pub(super) struct Folder<D: Disk> {
    pub(super) home: Arc<dyn Home<D>>,
    registry: Registry,
    /// What lies in the files; `None` before the first verb, and after a write whose outcome is not known.
    table: Option<Table<D>>,
    /// The greatest fence that this opening may give before it reserves more.
    reserved: u64,
}

/// How many fences are reserved at once: one write for so many claims.
const FENCES_AT_ONCE: u64 = 1 << 20;

type Answer<T> = Result<T, CheckpointError>;

impl<D: Disk> Folder<D> {
    pub(super) fn new(home: Arc<dyn Home<D>>) -> Self {
        Self {
            home,
            registry: Registry::default(),
            table: None,
            reserved: 0,
        }
    }

    /// The rules and the files, read anew where they are not known.
    fn both(&mut self) -> Answer<(&mut Registry, &mut Table<D>)> {
        let table = match self.table.take() {
            Some(table) => table,
            None => Table::read(Arc::clone(&self.home), &mut self.registry)?,
        };
        Ok((&mut self.registry, self.table.insert(table)))
    }

    /// The same, for consumers of which nothing is damaged.
    fn sound(&mut self, consumers: &[&ConsumerName]) -> Answer<(&mut Registry, &mut Table<D>)> {
        let (registry, table) = self.both()?;
        for consumer in consumers {
            table.is_sound(consumer)?;
        }
        Ok((registry, table))
    }

    /// Writes; what an unfinished write has left is read from the disk before the next verb.
    fn write<T>(&mut self, write: impl FnOnce(&mut Registry, &mut Table<D>) -> Answer<T>) -> Answer<T> {
        let (registry, table) = self.both()?;
        let written = write(registry, table);
        if written.is_err() {
            self.table = None;
        }
        written
    }

    /// Forgets what it knows of the files.
    pub(super) fn forget(&mut self) {
        self.table = None;
    }

    pub(super) fn claim(&mut self, consumer: &ConsumerName, ttl: Duration) -> Answer<Lease> {
        let now = self.home.now();
        self.sound(&[consumer])?;
        self.reserve_fences(consumer)?;
        self.registry.claim(consumer, ttl, now)
    }

    /// Every fence is on the disk before it is given, as one of many: an owner may write it elsewhere, and no later opening gives a smaller one.
    fn reserve_fences(&mut self, consumer: &ConsumerName) -> Answer<()> {
        if self.registry.fence() < self.reserved {
            return Ok(());
        }
        let (registry, table) = self.both()?;
        if table.files.names()?.iter().any(|name| name == FENCES) {
            let head = table.files.head::<FencesHead>(FENCES, Kind::Fences)?;
            let cure = |what| {
                format!("{what}: put it back from a copy, or delete it together with the databases of all views")
            };
            let head = head.map_err(|what| damaged(consumer, FENCES, cure(what)))?;
            registry.begin_above(head.reserved);
        }
        let reserved = registry.fence() + FENCES_AT_ONCE;
        self.write(|_, table| table.files.put(FENCES, Kind::Fences, &FencesHead { reserved }, &[]))?;
        self.reserved = reserved;
        Ok(())
    }

    pub(super) fn renew(&mut self, lease: &Lease, ttl: Duration) -> Answer<Lease> {
        let now = self.home.now();
        self.registry.renew(lease, ttl, now)
    }

    pub(super) fn release(&mut self, lease: &Lease) {
        self.registry.release(lease);
    }

    pub(super) fn load(&mut self, consumer: &ConsumerName) -> Answer<Option<Saved>> {
        let (registry, table) = self.sound(&[consumer])?;
        if registry.checkpoint(consumer).is_none() {
            return Ok(None);
        }
        let name = Named::Checkpoint.of(consumer);
        let read = table.files.whole::<CheckpointHead>(&name, Kind::Checkpoint)?;
        let Whole { head, body: state } = read.map_err(|what| damaged(consumer, &name, what))?;
        let identity = head.identity();
        let identity = identity.ok_or_else(|| damaged(consumer, &name, "its identity cannot be read".to_owned()))?;
        let Some(state) = state else {
            return Err(CheckpointError::DamagedState {
                checkpoint: Box::new(head.checkpoint),
                place: name,
            });
        };
        Ok(Some(Saved {
            checkpoint: head.checkpoint,
            identity,
            state,
        }))
    }

    pub(super) fn save(&mut self, lease: &Lease, change: Change) -> Answer<()> {
        let Change {
            saved,
            parked,
            redriven,
        } = change;
        let (registry, table) = self.sound(&[lease.consumer()])?;
        match &saved {
            Some((previous, saved)) => registry.may_save(lease, *previous, &saved.checkpoint)?,
            None => registry.owns(lease)?,
        }
        let plan = table.letters(lease.consumer()).plan(parked, &redriven);
        match saved {
            Some((_, saved)) => self.write(|registry, table| keep(registry, table, saved, &plan)),
            None => self.write(|_, table| park(table, lease.consumer(), &plan)),
        }
    }

    pub(super) fn reset(&mut self, lease: &Lease, to: Saved) -> Answer<()> {
        let (registry, table) = self.sound(&[lease.consumer()])?;
        registry.may_reset(lease, &to.checkpoint)?;
        let plan = table.letters(lease.consumer()).behind(to.checkpoint.position());
        self.write(|registry, table| keep(registry, table, to, &plan))
    }

    pub(super) fn letters(&mut self, consumer: &ConsumerName, read: &LetterRead) -> Answer<Vec<DeadLetter>> {
        let (_, table) = self.sound(&[consumer])?;
        let asked = table
            .letters(consumer)
            .iter()
            .filter(|(part, key, _)| read.takes(*part, key));
        let places: Vec<_> = asked.take(read.limit).map(|(_, _, place)| place).collect();
        let (mut opened, mut letters) = (BTreeMap::new(), Vec::new());
        for (file, index) in places {
            let of_file = match opened.entry(file) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    let name = Named::Letters(file).of(consumer);
                    let read = table.files.whole::<LettersHead>(&name, Kind::Letters)?;
                    let Whole { head, body } = read.map_err(|what| damaged(consumer, &name, what))?;
                    let of_file = body.and_then(|body| head.open(&body));
                    let what = || damaged(consumer, &name, "the sum of its body does not match".to_owned());
                    entry.insert(of_file.ok_or_else(what)?)
                }
            };
            let letter = of_file.get(usize::try_from(index).unwrap_or(usize::MAX));
            letters.extend(letter.cloned());
        }
        Ok(letters)
    }

    pub(super) fn parked(&mut self, consumer: &ConsumerName) -> Answer<Vec<ParkedKey>> {
        let (_, table) = self.sound(&[consumer])?;
        let letters = table.letters(consumer).iter();
        Ok(parked_keys(letters.map(|(part, key, _)| (part, key))))
    }

    pub(super) fn waive(&mut self, consumer: &ConsumerName, part: PartId, reason: &str, actor: &str) -> Answer<Waiver> {
        let waiver = Waiver::new(part, reason, actor, self.home.now());
        let (_, table) = self.sound(&[consumer])?;
        let mut waivers = table.waivers(consumer).clone();
        if let Some(first) = waivers.get(&part) {
            return Ok(first.clone());
        }
        waivers.insert(part, waiver.clone());
        self.write(|_, table| {
            let head = WaiversHead {
                consumer: consumer.clone(),
                waivers: waivers.values().cloned().collect(),
            };
            table
                .files
                .put(&Named::Waivers.of(consumer), Kind::Waivers, &head, &[])?;
            *table.waivers(consumer) = waivers;
            Ok(waiver)
        })
    }

    pub(super) fn waivers(&mut self, consumer: &ConsumerName) -> Answer<Vec<Waiver>> {
        let (_, table) = self.sound(&[consumer])?;
        Ok(table.waivers(consumer).values().cloned().collect())
    }

    pub(super) fn live(&mut self, consumer: &ConsumerName) -> Answer<Live> {
        Ok(self.sound(&[consumer])?.0.live(consumer))
    }

    pub(super) fn switch(&mut self, lease: &Lease, consumer: &ConsumerName, from: &ConsumerName) -> Answer<()> {
        let (registry, _) = self.sound(&[consumer, from, lease.consumer()])?;
        match registry.may_switch(lease, consumer, from)? {
            Some(live) => self.set_live(consumer, live),
            None => Ok(()),
        }
    }

    pub(super) fn switch_back(&mut self, consumer: &ConsumerName, from: &ConsumerName) -> Answer<()> {
        let live = self.sound(&[consumer])?.0.may_switch_back(consumer, from)?;
        self.set_live(consumer, live)
    }

    fn set_live(&mut self, consumer: &ConsumerName, live: Live) -> Answer<()> {
        self.write(|registry, table| {
            let head = LiveHead::of(consumer, &live);
            table.files.put(&Named::Live.of(consumer), Kind::Live, &head, &[])?;
            registry.set_live(consumer, Some(live));
            Ok(())
        })
    }

    pub(super) fn remove(&mut self, consumer: &ConsumerName) -> Answer<()> {
        let now = self.home.now();
        let removal = self.both()?.0.may_remove(consumer, now)?;
        self.write(|registry, table| {
            let own = |consumer: &ConsumerName| Live::new(consumer.clone(), None);
            let live = removal.live.iter().map(|(consumer, live)| {
                let live = live.clone().unwrap_or_else(|| own(consumer));
                LiveHead::of(consumer, &live)
            });
            let head = RemovalHead {
                consumer: consumer.clone(),
                live: live.collect(),
                waivers: removal.waivers.clone(),
                is_damaged: table.is_sound(consumer).is_err(),
            };
            table
                .files
                .put(&Named::Removal.of(consumer), Kind::Removal, &head, &[])?;
            table.finish(&head)?;
            registry.remove(consumer, removal);
            Ok(())
        })?;
        self.forget();
        Ok(())
    }

    pub(super) fn consumers(&mut self) -> Answer<Vec<ConsumerName>> {
        let (registry, table) = self.both()?;
        table.is_all_sound()?;
        Ok(registry.consumers())
    }
}

pub(super) fn damaged(consumer: &ConsumerName, place: &str, what: String) -> CheckpointError {
    CheckpointError::Damaged {
        consumer: consumer.clone(),
        place: place.to_owned(),
        what,
    }
}

/// Letters without a checkpoint: one file, which counts by itself.
fn park<D: Disk>(table: &mut Table<D>, consumer: &ConsumerName, plan: &Plan) -> Answer<()> {
    if plan.fresh.is_empty() && plan.gone.is_empty() {
        return Ok(());
    }
    let number = table.letters(consumer).next;
    let (head, body) = LettersHead::of(consumer.clone(), number, true, &plan.fresh, plan.gone.clone());
    table
        .files
        .put(&Named::Letters(number).of(consumer), Kind::Letters, &head, &body)?;
    table.letters(consumer).take_over(plan, true);
    Ok(())
}

/// A checkpoint with its state. New letters are written first, and count from the moment at which the checkpoint is there.
fn keep<D: Disk>(registry: &mut Registry, table: &mut Table<D>, saved: Saved, plan: &Plan) -> Answer<()> {
    let Saved {
        checkpoint,
        identity,
        state,
    } = saved;
    let consumer = checkpoint.consumer().clone();
    let letters = table.letters(&consumer);
    let (number, has_fresh) = (letters.next, !plan.fresh.is_empty());
    let head = CheckpointHead {
        checkpoint: checkpoint.clone(),
        identity: identity.to_string(),
        next: number + u64::from(has_fresh),
        files: letters.files_without(plan),
        gone: letters.gone_with(&plan.gone),
    };
    if has_fresh {
        let (head, body) = LettersHead::of(consumer.clone(), number, false, &plan.fresh, Vec::new());
        table
            .files
            .put(&Named::Letters(number).of(&consumer), Kind::Letters, &head, &body)?;
    }
    table
        .files
        .put(&Named::Checkpoint.of(&consumer), Kind::Checkpoint, &head, &state)?;
    registry.keep(checkpoint);
    table.letters(&consumer).take_over(plan, has_fresh);
    // The checkpoint says that nothing of them counts any more, so they may go now or with a later one.
    let dead = table.letters(&consumer).dead_files();
    let names: Vec<String> = dead.iter().map(|file| Named::Letters(*file).of(&consumer)).collect();
    if !names.is_empty() && table.files.remove(names.iter().map(String::as_str)).is_ok() {
        table.letters(&consumer).forget_files(|file| dead.contains(&file));
    }
    Ok(())
}

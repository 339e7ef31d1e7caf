//! Goldens: payloads that were written when a version was locked, and beside each the events that it becomes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::schema::{Entry, Fingerprint, Lock, Status};
use crate::testing::schema::change::{Change, ChangeKind};
use crate::testing::schema::example::{self, Example};
use crate::testing::schema::files;
use crate::testing::schema::payload;
use crate::testing::schema::pin::{self, Moved};
use crate::testing::schema::plan::{ALWAYS, Changed, Plan};
use crate::testing::schema::report::{CannotCheck, Problem};
use crate::testing::schema::set::{Set, Unread};
use crate::testing::schema::today::{Event, Today};
use crate::testing::schema::upcast::Upcast;

/// What was found, and what would put it right.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) problems: Vec<Problem>,
    /// What `RECOUNT_UPDATE=always` does, in order.
    pub(super) changes: Vec<Change>,
}

/// A stored payload, and the name of its files.
#[derive(Debug)]
struct Payload {
    version: u32,
    stem: String,
    text: String,
    /// Whether it was made from the shape; code of the user's may refuse such values.
    is_generated: bool,
    /// Whether its version is in the lock with this shape.
    is_locked: bool,
}

/// Looks through the goldens of all events. `lock` is that of the disk: what is in it and in the lock of the plan is locked.
pub(super) fn look(dir: &Path, lock: &Lock, plan: &Plan, today: &Today) -> Result<Found, CannotCheck> {
    let mut found = Found::default();
    for (key, event) in &today.events {
        // The test of the lock says what is wrong: what payloads become follows from it, and nothing of it is pinned.
        let changed = plan.changed.get(key).copied();
        if changed == Some(Changed::Refused) {
            continue;
        }
        let own = event.sets.first().map(|set| (event.name.as_str(), *set));
        let aliases = event.aliases.iter().map(|(name, set)| (name.as_str(), *set));
        for (name, set) in own.into_iter().chain(aliases) {
            let mut folder = Folder {
                path: dir.join("golden").join(&event.context).join(name),
                event,
                name,
                set,
                is_stale: changed.is_some(),
                is_written: plan.writes(&event.context, name),
                moved: Vec::new(),
                found: &mut found,
            };
            folder.look(lock, &plan.next)?;
        }
    }
    Ok(found)
}

/// The goldens under one stored name.
struct Folder<'a> {
    path: PathBuf,
    event: &'a Event,
    name: &'a str,
    set: Set,
    /// Whether the test of the lock asks for an update of the event already.
    is_stale: bool,
    /// Whether an update may write here.
    is_written: bool,
    /// What becomes another event than it did.
    moved: Vec<Moved>,
    found: &'a mut Found,
}

impl Folder<'_> {
    fn look(&mut self, lock: &Lock, next: &Lock) -> Result<(), CannotCheck> {
        let files: BTreeSet<String> = files::names(&self.path)?.into_iter().collect();
        let mut payloads = Vec::new();
        for version in &self.event.versions {
            let old = lock.find(&self.event.context, self.name, version.number);
            let new = next.find(&self.event.context, self.name, version.number);
            if let Some(new) = new {
                self.generated(old, new, &files, &mut payloads)?;
            }
        }
        let examples = self.examples(&files)?;
        if self.name == self.event.name {
            self.found.problems.extend(example::missing(self.event, &examples));
        }
        let is_locked = |version| lock.find(&self.event.context, self.name, version).is_some();
        payloads.extend(examples.into_iter().map(|example| Payload {
            is_locked: is_locked(example.version),
            version: example.version,
            stem: example.stem,
            text: example.payload,
            is_generated: false,
        }));
        for payload in &payloads {
            self.pin(payload, &files)?;
        }
        let told = pin::told((&self.event.context, self.name), &self.moved);
        self.found.problems.extend(told);
        self.sweep(&payloads, &files);
        Ok(())
    }

    /// The goldens of one version: those of its shape, and those of the shapes that it was sealed with before.
    fn generated(
        &mut self,
        old: Option<&Entry>,
        new: &Entry,
        files: &BTreeSet<String>,
        payloads: &mut Vec<Payload>,
    ) -> Result<(), CannotCheck> {
        let is_raw = self
            .event
            .version(new.version)
            .is_some_and(|version| version.shape.is_none());
        let hash = new.hash();
        let is_sealed = old.is_some_and(|old| old.status == Status::Sealed);
        // What was sealed before is sealed; what the lock does not have yet is not.
        let is_kept = |hash| old.is_some_and(|old| old.hash() == Some(hash) || old.earlier.contains(&hash));
        let hashes = new.earlier.iter().copied().chain(hash);
        for hash in hashes {
            let was_locked = is_kept(hash);
            let is_sealed = is_sealed && was_locked;
            for kind in payload::KINDS {
                let mut is_locked = was_locked;
                let stem = stem(new.version, hash, kind);
                let file = format!("{stem}.json");
                let text = match (files.contains(&file), &new.shape) {
                    (true, _) => files::text(&self.path.join(&file))?
                        .unwrap_or_default()
                        .trim()
                        .to_owned(),
                    // What a function reads from JSON was described by a type once, or never.
                    (false, _) if is_raw && !is_sealed => continue,
                    (false, _) if is_sealed => {
                        let says = format!("is sealed, and its golden {file} is gone");
                        let help = format!("`git checkout -- {}`", self.path.join(&file).display());
                        self.problem(Problem::new("GOLDEN_MISSING", self.key(), Some(new.version), says).help(help));
                        continue;
                    }
                    (false, Some(shape)) => {
                        let text = payload::golden(shape, kind).to_string();
                        let is_told = is_locked && !self.is_stale;
                        if is_told {
                            let says = format!("is a draft, and its golden {file} is gone");
                            let problem = Problem::new("UPCAST_NOT_PINNED", self.key(), Some(new.version), says);
                            self.problem(problem.help(ALWAYS).acceptable());
                        }
                        is_locked = false;
                        let kind = if is_told { ChangeKind::Locked } else { ChangeKind::New };
                        self.change(&file, Some(format!("{text}\n")), kind);
                        text
                    }
                    (false, None) => continue,
                };
                payloads.push(Payload {
                    version: new.version,
                    stem,
                    text,
                    is_generated: true,
                    is_locked,
                });
            }
        }
        Ok(())
    }

    fn examples(&mut self, files: &BTreeSet<String>) -> Result<Vec<Example>, CannotCheck> {
        let mut given = Vec::new();
        if self.name == self.event.name {
            let inline = self.event.examples.iter();
            given.extend(inline.map(|(version, text)| (*version, example::stem(*version, text), (*text).to_owned())));
        }
        for file in files {
            if let Some((version, stem)) = example::version_in(file) {
                let text = files::text(&self.path.join(file))?.unwrap_or_default();
                given.push((version, stem.to_owned(), text));
            }
        }
        let mut examples = Vec::new();
        for (version, stem, text) in given {
            match example::whole(self.event, version, &stem, &text) {
                Ok(example) => examples.push(example),
                Err(problem) => self.problem(*problem),
            }
        }
        Ok(examples)
    }

    /// Compares what a payload becomes with what it became.
    fn pin(&mut self, payload: &Payload, files: &BTreeSet<String>) -> Result<(), CannotCheck> {
        let Payload { version, text, .. } = payload;
        let now = match self.set.upcast(self.name, *version, text) {
            Ok(now) => now,
            Err(unread) if unread.is_refused && payload.is_generated && self.event.runs_code_from(*version) => {
                Upcast::nothing(&format!("refused: {}", unread.why))
            }
            Err(unread) if payload.is_generated && self.is_for_any(*version, &unread) => {
                Upcast::nothing(&format!("opaque: {}", unread.why))
            }
            Err(unread) => {
                let says = format!("does not decode ({}): {}", payload.stem, unread.why);
                self.problem(Problem::new("UNREADABLE", self.key(), Some(*version), says).witness(text));
                return Ok(());
            }
        };
        let file = format!("{}.upcast", payload.stem);
        let pinned = match files.contains(&file) {
            true => files::text(&self.path.join(&file))?,
            false => None,
        };
        let Some(pinned) = pinned else {
            let says = format!("is not pinned: {} is missing", self.path.join(&file).display());
            let problem = Problem::new("UPCAST_NOT_PINNED", self.key(), Some(*version), says).details(pin::lines(&now));
            self.renew(payload, &file, &now, problem);
            return Ok(());
        };
        let pinned = Upcast::parse(&pinned);
        if pinned.is_same(&now) {
            return Ok(());
        }
        if pin::read_again(self.set, &pinned).is_some_and(|again| again.is_same(&now)) {
            let says = format!(
                "has a new way up, which makes the same of {} as of what it was before",
                payload.stem
            );
            let problem = Problem::new("UPCAST_NOT_PINNED", self.key(), Some(*version), says);
            self.renew(payload, &file, &now, problem);
            return Ok(());
        }
        self.change(&file, Some(now.to_string()), ChangeKind::Pin);
        self.moved.push(Moved {
            version: *version,
            stem: payload.stem.clone(),
            payload: text.clone(),
            is_generated: payload.is_generated,
            pinned,
            now,
        });
        Ok(())
    }

    /// A pin that nobody has to look at; one mistake has one message, so it is told only where the lock is as it should be.
    fn renew(&mut self, payload: &Payload, file: &str, now: &Upcast, problem: Problem) {
        let is_told = payload.is_locked && !self.is_stale;
        if is_told {
            self.problem(problem.help(ALWAYS).acceptable());
        }
        let kind = if is_told { ChangeKind::Locked } else { ChangeKind::New };
        self.change(file, Some(now.to_string()), kind);
    }

    fn is_for_any(&self, version: u32, unread: &Unread) -> bool {
        let shape = self.event.version(version).and_then(|version| version.shape.as_ref());
        shape.is_some_and(|shape| payload::is_unread_for_any(shape, unread))
    }

    /// Goldens of drafts that are no more, and pins without a payload.
    fn sweep(&mut self, payloads: &[Payload], files: &BTreeSet<String>) {
        let is_used = |stem: &str| payloads.iter().any(|payload| payload.stem == stem);
        for file in files {
            if let Some(pin) = file.strip_suffix(".new") {
                let path = self.path.join(pin);
                if !self.found.changes.iter().any(|change| change.path == path) {
                    self.change(file, None, ChangeKind::Proposal);
                }
                continue;
            }
            let Some(stem) = file.strip_suffix(".json").or_else(|| file.strip_suffix(".upcast")) else {
                continue;
            };
            let is_pin_of_nothing = file.ends_with(".upcast") && !files.contains(&format!("{stem}.json"));
            let is_left_over = is_golden(stem) || is_pin_of_nothing && example::is_inline(stem);
            if is_left_over && !is_used(stem) {
                self.change(file, None, ChangeKind::Locked);
            }
        }
    }

    fn key(&self) -> (&str, &str) {
        (&self.event.context, self.name)
    }

    fn problem(&mut self, problem: Problem) {
        self.found.problems.push(problem);
    }

    fn change(&mut self, file: &str, text: Option<String>, kind: ChangeKind) {
        let path = self.path.join(file);
        if self.is_written {
            self.found.changes.push(Change { path, text, kind });
        }
    }
}

/// `v2.8ab86dd0.max`
pub(super) fn stem(version: u32, hash: Fingerprint, kind: &str) -> String {
    let hash = hash.to_string();
    format!("v{version}.{}.{kind}", hash.get(..8).unwrap_or_default())
}

/// Whether a stem is that of a generated payload.
fn is_golden(stem: &str) -> bool {
    let mut parts = stem.split('.');
    let is_version = |part: &str| {
        part.strip_prefix('v')
            .is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let is_hash = |part: &str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.next().is_some_and(is_version)
        && parts.next().is_some_and(is_hash)
        && parts.next().is_some_and(|kind| payload::KINDS.contains(&kind))
        && parts.next().is_none()
}

//! `SchemaTest`: the shapes of today beside `events.lock`, and the payloads of every version through the decoder of every reader.

mod base;
mod change;
mod example;
mod files;
mod floors;
mod golden;
mod honesty;
mod payload;
mod payloads;
mod pin;
mod plan;
mod release;
mod report;
mod set;
mod settings;
mod today;
mod told;
mod upcast;

use std::path::PathBuf;

pub use report::{Problem, SchemaReport};
pub use settings::{Settings, Update};

use crate::event::EventSet;
use crate::schema::{Lock, Outline, Status};
use files::suffixed;
use report::CannotCheck;
use set::Set;
use today::Today;

/// The tests of one `events.lock`: what [`schema_test!`](macro@crate::schema_test) runs, one method for each of its tests.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::testing::{SchemaTest, Settings, Update};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let test = SchemaTest::new(folder).set::<AccountEvent>();
/// let report = test.lock().expect_err("nothing is locked yet");
/// assert_eq!(report.problems()[0].code(), "NOT_LOCKED");
///
/// let mut settings = Settings::default();
/// settings.update = Update::Always;
/// test.clone().settings(settings).lock()?;
/// test.lock()?;
/// test.goldens()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SchemaTest {
    dir: PathBuf,
    sets: Vec<Set>,
    settings: Settings,
}

impl SchemaTest {
    /// The lock and the goldens in this folder: the one of the package that declares the events, or one above it.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            sets: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// Tests the events of this set as well. Default: no events.
    #[must_use]
    pub fn set<S: EventSet>(mut self) -> Self {
        self.sets.push(Set::of::<S>());
        self
    }

    /// What may be written, and what is compared with. Default: [`Settings::default`].
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The shapes of today beside `events.lock`. This is what writes it, where that is asked for.
    ///
    /// # Errors
    /// Every difference, with what to do about it.
    pub fn lock(&self) -> Result<(), SchemaReport> {
        let today = Today::of(&self.sets);
        let found = self.lock_of(&today).unwrap_or_else(|error| Err(error.into()));
        self.tell("lock", found)
    }

    /// The payloads in `golden/` become what they became when they were pinned, and where code of yours reads old versions, an example is
    /// given.
    ///
    /// # Errors
    /// Every payload that does not.
    pub fn goldens(&self) -> Result<(), SchemaReport> {
        let today = Today::of(&self.sets);
        let found = self.goldens_of(&today).unwrap_or_else(|error| Err(error.into()));
        self.tell("goldens", found)
    }

    /// Some hundred payloads of each version become current events.
    ///
    /// # Errors
    /// For each version the first payload that does not.
    pub fn payloads(&self) -> Result<(), SchemaReport> {
        let today = Today::of(&self.sets);
        let found = report(payloads::look(&today, self.settings.seed), &today, Vec::new());
        self.tell("payloads", found)
    }

    /// Older structs read what is written, down to its floor.
    ///
    /// # Errors
    /// Every floor that promises too much.
    pub fn floors(&self) -> Result<(), SchemaReport> {
        let today = Today::of(&self.sets);
        let found = report(floors::look(&today, self.settings.seed), &today, Vec::new());
        self.tell("floors", found)
    }

    /// serde reads and writes what the shapes say, also where a key is left out, null, or foreign.
    ///
    /// # Errors
    /// For each version the first payload where it does not.
    pub fn honesty(&self) -> Result<(), SchemaReport> {
        let today = Today::of(&self.sets);
        let found = report(honesty::look(&today, self.settings.seed), &today, Vec::new());
        self.tell("honesty", found)
    }

    /// Hands on what a test has found, and tells it to the program that runs the test, if one has asked.
    fn tell(&self, test: &str, found: Result<(), SchemaReport>) -> Result<(), SchemaReport> {
        if let Some(folder) = &self.settings.report {
            told::report(folder, test, found.as_ref().err())?;
        }
        found
    }

    fn lock_of(&self, today: &Today) -> Result<Result<(), SchemaReport>, CannotCheck> {
        let lock = files::lock(&self.dir, self.settings.update)?;
        let mut plan = plan::plan(&lock, today);
        if let Some(folder) = &self.settings.report {
            told::locks(folder, &self.dir.join(files::LOCK), &lock, today.entries(&lock))?;
        }
        if let Some(only) = &self.settings.only {
            plan.accept_only(&lock, only);
        }
        let mut problems = std::mem::take(&mut plan.problems);
        if let Some(revision) = &self.settings.base {
            problems.extend(base::rewritten(&base::lock(&self.dir, revision)?, &lock, revision));
        }
        let release = self.settings.release.as_deref();
        problems.extend(release::behind(&lock, today, release));
        let (path, mut notes) = (self.dir.join(files::LOCK), opaque(&plan.next));
        let beside = suffixed(&path, ".new");
        if self.settings.update.is_in_place() {
            problems.retain(|problem| !problem.is_acceptable);
            if self.settings.update == Update::Seal && problems.is_empty() {
                seal(&mut plan.next, today);
                release
                    .into_iter()
                    .for_each(|name| release::put(&mut plan.next, release::stamp(name, today)));
            }
            // The goldens come first: a sealed entry without them is an error.
            let found = golden::look(&self.dir, &lock, &plan, today)?;
            for change in found
                .changes
                .iter()
                .filter(|change| change.kind != change::ChangeKind::Pin)
            {
                change.make()?;
            }
            files::write(&path, &plan.next.to_text())?;
            files::remove(&beside)?;
        } else if self.settings.update == Update::New {
            if plan.next == lock {
                files::remove(&beside)?;
            } else {
                files::write(&beside, &plan.next.to_text())?;
                notes.push(format!("what it would be: {}", beside.display()));
            }
        }
        Ok(report(problems, today, notes))
    }

    fn goldens_of(&self, today: &Today) -> Result<Result<(), SchemaReport>, CannotCheck> {
        let lock = files::lock(&self.dir, self.settings.update)?;
        let mut plan = plan::plan(&lock, today);
        if let Some(only) = &self.settings.only {
            plan.accept_only(&lock, only);
        }
        let golden::Found { mut problems, changes } = golden::look(&self.dir, &lock, &plan, today)?;
        if self.settings.update.is_in_place() {
            problems.retain(|problem| !problem.is_acceptable);
            changes.iter().try_for_each(change::Change::make)?;
        } else if self.settings.update == Update::New {
            changes.iter().try_for_each(change::Change::make_beside)?;
        }
        Ok(report(problems, today, Vec::new()))
    }
}

/// The test that the environment asks for. For [`schema_test!`](macro@crate::schema_test).
///
/// # Panics
/// If a variable means nothing.
#[doc(hidden)]
#[track_caller]
pub fn from_env(dir: impl Into<PathBuf>) -> SchemaTest {
    match Settings::from_env() {
        Ok(settings) => SchemaTest::new(dir).settings(settings),
        Err(error) => panic!("{error}"),
    }
}

/// Fails the test with its report. For [`schema_test!`](macro@crate::schema_test).
///
/// # Panics
/// With the report.
#[doc(hidden)]
#[track_caller]
pub fn expect_none(result: Result<(), SchemaReport>) {
    if let Err(report) = result {
        panic!("\n\n{report}\n");
    }
}

/// How much of a lock is said to be anything.
fn opaque(lock: &Lock) -> Vec<String> {
    let shapes = lock.events.iter().filter_map(|entry| entry.shape.as_ref());
    match shapes.map(Outline::opaque).sum::<usize>() {
        0 => Vec::new(),
        count => vec![format!(
            "of what is locked, {count} paths are `any`: promises, not checks"
        )],
    }
}

/// Seals what is under test; entries of other crates have tests of their own.
fn seal(lock: &mut Lock, today: &Today) {
    for entry in lock
        .events
        .iter_mut()
        .filter(|entry| today.contexts.contains(&entry.context))
    {
        entry.status = Status::Sealed;
    }
}

fn report(mut problems: Vec<Problem>, today: &Today, notes: Vec<String>) -> Result<(), SchemaReport> {
    problems.sort_by(|a, b| a.key().cmp(&b.key()));
    if today.contexts.len() == 1 {
        problems.iter_mut().for_each(|problem| problem.context.clear());
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(SchemaReport { problems, notes }),
    }
}

/// Tests the events of these sets against `events.lock`: the tests `lock`, `goldens`, `payloads`, `floors` and `honesty`.
///
/// It is the one line of a test target of its own, `tests/event_schema.rs`: in a file with other tests, the struct literals of those would
/// stop compiling first and hide the message.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// recount::schema_test!(AccountEvent);
/// # fn main() {}
/// ```
///
/// The lock and the goldens lie beside `Cargo.toml` of the package that runs the test. Where the events are those of several crates, give
/// the folder above all of them, from there: `schema_test!(dir = "..", orders::OrderEvent, billing::InvoiceEvent)`.
///
/// All sets that hold events of one crate belong into one test: an event of the lock that none of them reads has been deleted.
#[macro_export]
macro_rules! schema_test {
    (dir = $dir:literal, $($set:ty),+ $(,)?) => {
        fn schema_test() -> $crate::testing::SchemaTest {
            let dir = ::std::path::Path::new(::core::env!("CARGO_MANIFEST_DIR")).join($dir);
            $crate::testing::from_env(dir)$(.set::<$set>())+
        }
        #[test]
        fn lock() {
            $crate::testing::expect_none(schema_test().lock());
        }
        #[test]
        fn goldens() {
            $crate::testing::expect_none(schema_test().goldens());
        }
        #[test]
        fn payloads() {
            $crate::testing::expect_none(schema_test().payloads());
        }
        #[test]
        fn floors() {
            $crate::testing::expect_none(schema_test().floors());
        }
        #[test]
        fn honesty() {
            $crate::testing::expect_none(schema_test().honesty());
        }
    };
    ($($set:ty),+ $(,)?) => {
        $crate::schema_test!(dir = "", $($set),+);
    };
}

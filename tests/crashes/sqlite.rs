//! Views in SQLite, killed at any step between event, view and checkpoint, and opened again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use recount::sqlite::rusqlite::{self, Connection, Transaction};
use recount::sqlite::{SqliteFile, SqliteReader, SqliteView};
use recount::{AnyStore, DatabaseError, Meta, NotCommitted, Runtime, ViewDatabase, ViewStore};
use tokio::time::sleep;

use crate::bank::{Account, Deposited, Withdrawn, paid, plant};
use crate::fuse::{Crashing, Fuse};
use crate::tables::{REFUSED, change, database, in_tables, positions};
use crate::world::{Choices, Named, World, folder, process};

/// How often a process is killed in one history.
pub const LIVES: u64 = 5;

/// A database with a fuse: it dies before a commit, or after it and before anybody knows.
pub struct Dying {
    pub inner: SqliteView,
    pub fuse: Arc<Fuse>,
}

fn dead() -> DatabaseError {
    DatabaseError::Passing("the process was killed".into())
}

impl ViewStore for Dying {
    type Tx<'a> = Transaction<'a>;
    type Shown = SqliteReader;
    type Error = rusqlite::Error;
}

impl ViewDatabase for Dying {
    type Generation = SqliteFile;

    fn layout(&self) -> String {
        self.inner.layout()
    }

    fn open(&self, generation: Option<&str>) -> Result<SqliteFile, DatabaseError> {
        if self.fuse.burns_down() {
            Err(dead())
        } else {
            self.inner.open(generation)
        }
    }

    fn shown(&self, generation: &SqliteFile) -> Arc<SqliteReader> {
        self.inner.shown(generation)
    }

    fn mark(&self, generation: &SqliteFile) -> Result<Option<String>, DatabaseError> {
        self.inner.mark(generation)
    }

    fn commit<F>(
        &self,
        generation: &SqliteFile,
        from: Option<&str>,
        to: &str,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<(), F>,
    ) -> Result<(), NotCommitted<F>> {
        if self.fuse.burns_down() {
            return Err(dead().into());
        }
        self.inner.commit(generation, from, to, change)?;
        if self.fuse.burns_down() {
            Err(dead().into())
        } else {
            Ok(())
        }
    }

    fn empty(&self, generation: &SqliteFile) -> Result<(), DatabaseError> {
        self.inner.empty(generation)
    }

    fn is_passing(error: &rusqlite::Error) -> bool {
        SqliteView::is_passing(error)
    }
}

in_tables!(Killed, Dying, name = "balances", on_error = park(max = 1000));

/// What has been written: each position with its account and whether it is refused.
type Written = Vec<(u64, u64, bool)>;

async fn write(store: &AnyStore, choices: &mut Choices, written: &mut Written) {
    let account = choices.below(4);
    let refused: Vec<bool> = (0..=choices.below(3)).map(|_| choices.below(20) == 0).collect();
    let events = refused
        .iter()
        .map(|refused| paid(if *refused { REFUSED } else { 1 }))
        .collect();
    let committed = plant(store, &account.to_string(), events).await;
    for (position, refused) in (committed.first_position.get()..).zip(refused) {
        written.push((position, account, refused));
    }
}

/// What a view up to a position has handled: all before the first of an account that is refused.
fn handled(written: &Written, through: u64) -> Vec<u64> {
    let mut poisoned = Vec::new();
    let up_to = written.iter().filter(|(position, ..)| *position <= through);
    let mut handled = Vec::new();
    for (position, account, refused) in up_to {
        if *refused || poisoned.contains(account) {
            poisoned.push(*account);
        } else {
            handled.push(*position);
        }
    }
    handled
}

/// What is in the file is of one moment: the one that it says.
fn look(path: &Path, written: &Written, seed: u64) {
    let Ok(database) = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE) else {
        return;
    };
    // Killed before its tables were made.
    let Ok(mark) = database.query_one("SELECT mark FROM recount_mark", (), |row| row.get::<_, String>(0)) else {
        return;
    };
    let mark: serde_json::Value = serde_json::from_str(&mark).expect("JSON");
    let through = mark["checkpoint"]["position"].as_u64().expect("a number");
    let mut rows = database
        .prepare("SELECT position FROM seen ORDER BY position")
        .expect("a table");
    let rows = rows.query_map((), |row| row.get(0)).expect("rows");
    let rows: Vec<u64> = rows.collect::<Result<_, _>>().expect("numbers");
    assert_eq!(
        rows,
        handled(written, through),
        "seed {seed}: what the file holds at {through}"
    );
}

async fn start(store: &AnyStore, fuse: &Arc<Fuse>, folder: &Path) -> Runtime {
    let (inner, fuse) = (store.clone(), Arc::clone(fuse));
    let killed = Dying {
        inner: database(folder),
        fuse: Arc::clone(&fuse),
    };
    let runtime = Runtime::builder()
        .store(Crashing {
            inner,
            fuse,
            pages: None,
        })
        .aggregate::<Account>();
    let runtime = runtime.projection_in::<Killed>(killed).start().await;
    runtime.expect("it starts")
}

/// One process after another on one file, each killed at a step that a seed has drawn, and a last one that is not.
pub fn history(seed: u64, world: &World) {
    let _named = Named("views in SQLite", seed);
    let (mut choices, mut written) = (Choices::of(seed), Written::new());
    let folder = folder();
    let path = database(folder.path()).path().to_owned();
    for _ in 0..LIVES {
        let fuse = Fuse::new(choices.steps(60));
        process().block_on(life(world, &fuse, folder.path(), &mut choices, &mut written));
        world.look(async |_| look(&path, &written, seed));
    }
    process().block_on(last(world, folder.path(), &written, seed));
}

async fn life(world: &World, fuse: &Arc<Fuse>, folder: &Path, choices: &mut Choices, written: &mut Written) {
    let store = world.open().await;
    let life = async {
        let runtime = start(&store, fuse, folder).await;
        loop {
            write(&store, choices, written).await;
            sleep(Duration::from_millis(choices.below(3000))).await;
            if choices.below(4) == 0 {
                let _killed = runtime.redrive("balances").await;
            }
        }
    };
    tokio::select! {
        () = fuse.blown() => {}
        () = life => {}
    }
    world.end(store).await;
}

async fn last(world: &World, folder: &Path, written: &Written, seed: u64) {
    let (store, fuse) = (world.open().await, Fuse::new(i64::MAX));
    let runtime = start(&store, &fuse, folder).await;
    runtime.settle().await.expect("it settles");
    let view = runtime.view::<Killed>().await.expect("a view");
    assert_eq!(positions(&view).await, handled(written, u64::MAX), "seed {seed}");
    for (position, ..) in written.iter().filter(|(.., refused)| *refused) {
        let waived = runtime
            .waive("balances", recount::Position::new(*position), "a test's", "ada")
            .await;
        waived.expect("waived");
    }
    runtime.redrive("balances").await.expect("redriven");
    let healthy: Vec<_> = written
        .iter()
        .filter(|(.., refused)| !refused)
        .map(|one| one.0)
        .collect();
    assert_eq!(positions(&view).await, healthy, "seed {seed}");
    runtime.shutdown().await;
}

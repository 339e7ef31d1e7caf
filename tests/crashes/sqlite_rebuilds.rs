//! Views in SQLite that are built anew by a verb or by another build, killed at any step: each file holds what it says it holds, and the one
//! that answers never holds less than before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use recount::sqlite::rusqlite::{self, Connection, OpenFlags, Transaction};
use recount::sqlite::{SqliteReader, SqliteView};
use recount::store::{CheckpointStore, ConsumerName};
use recount::{AnyStore, EventStore, Meta, Projection, Projects, Runtime, View};
use tokio::time::sleep;

use crate::bank::{Account, Deposited, paid, plant};
use crate::fuse::{Crashing, Fuse};
use crate::sqlite::Dying;
use crate::world::{Choices, Named, World, folder, process};

/// How often a process is killed in one history.
pub const LIVES: u64 = 5;

const TABLES: &str = "CREATE TABLE seen (position INTEGER PRIMARY KEY, rev INTEGER NOT NULL) STRICT";

macro_rules! build {
    ($View:ident, $rev:literal) => {
        #[derive(recount::Projection, Debug, Default)]
        #[projection(name = "rebuilt", reads(Account), view = Dying, rev = $rev)]
        pub struct $View;

        #[recount::handlers]
        impl $View {
            #[on]
            fn deposited(&self, tx: &mut Transaction<'_>, _: &Deposited, meta: &Meta) -> rusqlite::Result<()> {
                let sql = "INSERT INTO seen VALUES (?1, ?2)";
                tx.prepare_cached(sql)?.execute((meta.position.get(), $rev))?;
                Ok(())
            }
        }
    };
}

build!(Old, 0);
build!(New, 1);

/// How far a file has come, as it says, and the build that has made it: whatever it holds is whole and of one build.
fn held(database: &Connection, seed: u64) -> rusqlite::Result<Option<(u64, u64)>> {
    let marked = database.query_row("SELECT max(mark) FROM recount_mark", (), |row| {
        row.get::<_, Option<String>>(0)
    });
    let Some(mark) = marked? else { return Ok(None) };
    let mark: serde_json::Value = serde_json::from_str(&mark).expect("JSON");
    let through = mark["checkpoint"]["position"].as_u64().expect("a number");
    let mut rows = database.prepare("SELECT position, rev FROM seen ORDER BY position")?;
    let rows = rows.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(u64, u64)> = rows.collect::<Result<_, _>>()?;
    let rev = rows.first().map_or(0, |(_, rev)| *rev);
    let whole: Vec<_> = (1..=through).map(|position| (position, rev)).collect();
    assert_eq!(rows, whole, "seed {seed}: what a file holds at {through}");
    Ok(Some((through, rev)))
}

/// How far each file had come at the last look, by its name, and the one that answers.
#[derive(Default)]
struct Looked {
    at: BTreeMap<String, u64>,
    live: u64,
}

/// What a process was told.
#[derive(Default)]
struct Told {
    to_go_back: bool,
    /// The files of these generations may be begun anew.
    dropped: BTreeSet<String>,
}

async fn look(store: &AnyStore, views: &Path, before: Looked, told: Told, seed: u64) -> Looked {
    let mut looked = Looked::default();
    let files = std::fs::read_dir(views).into_iter().flatten().flatten();
    for path in files.map(|file| file.path()) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".sqlite")) else {
            continue;
        };
        let database = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).expect("a database");
        let generation = ConsumerName::new(name).expect("a name");
        let kept = store.checkpoints().load(&generation).await.expect("a checkpoint");
        // Killed before its tables were made, it holds nothing; and what is left of one that was dropped is built anew.
        if let (Ok(Some((through, _))), Some(_)) = (held(&database, seed), kept) {
            looked.at.insert(name.to_owned(), through);
        }
    }
    let stays = |(name, _): &(&String, &u64)| !told.dropped.contains(*name);
    for (name, through) in before.at.iter().filter(stays) {
        let now = looked.at.get(name);
        assert!(
            now >= Some(through),
            "seed {seed}: `{name}` is at {now:?} and was at {through}"
        );
    }
    let name = ConsumerName::new("rebuilt").expect("a name");
    let live = store.checkpoints().live(&name).await.expect("a generation").generation;
    looked.live = looked.at.get(live.as_str()).copied().unwrap_or(0);
    assert!(
        looked.live >= before.live || told.to_go_back,
        "seed {seed}: `{live}` answers at {}, and {} was answered before",
        looked.live,
        before.live
    );
    looked
}

/// One process after another on one store, of an older or a newer build, each told now and then to build its view anew, to go back or to
/// drop what is not shown, and killed at a step that a seed has drawn; then a last one of each build that is not killed.
pub fn history(seed: u64, world: &World) {
    let _named = Named("rebuilt views in SQLite", seed);
    let (mut choices, mut looked, folder) = (Choices::of(seed), Looked::default(), folder());
    let views = folder.path();
    for _ in 0..LIVES {
        let fuse = Fuse::new(choices.steps(150));
        let told = process().block_on(async {
            match choices.below(3) {
                0 => life::<New>(world, &fuse, views, &mut choices, seed).await,
                _ => life::<Old>(world, &fuse, views, &mut choices, seed).await,
            }
        });
        looked = world.look(async |store| look(store, views, looked, told, seed).await);
    }
    process().block_on(last::<New>(world, views, seed));
    world.look(async |store| look(store, views, looked, Told::default(), seed).await);
    process().block_on(last::<Old>(world, views, seed));
}

async fn life<P>(world: &World, fuse: &Arc<Fuse>, views: &Path, choices: &mut Choices, seed: u64) -> Told
where
    P: Projects + Projection<View = Dying>,
{
    let store = world.open().await;
    let pages = Some((5, Duration::from_millis(choices.below(800))));
    let mut told = Told::default();
    let life = async {
        let runtime = start::<P>(&store, fuse, views, pages).await;
        let mut last = 0;
        loop {
            for _ in 0..=choices.below(4) {
                let events = (0..=choices.below(3)).map(|_| paid(1)).collect();
                plant(&store, "a", events).await;
            }
            if let Ok(view) = runtime.view::<P>().await {
                let position = View::position(&view).get();
                let through = through(&view, seed).await;
                assert!(position >= last, "seed {seed}: {position} is shown after {last}");
                assert!(through >= position, "seed {seed}: {through} of {position} are shown");
                last = position;
            }
            match choices.below(8) {
                0 | 1 => drop(runtime.rebuild("rebuilt").await),
                2 => {
                    told.to_go_back = true;
                    drop(runtime.undo_rebuild("rebuilt").await);
                }
                3 => {
                    let name = ConsumerName::new("rebuilt").expect("a name");
                    let live = store.checkpoints().live(&name).await.expect("a generation");
                    if let Some(before) = live.before {
                        told.dropped.insert(before.as_str().to_owned());
                        drop(runtime.drop_view(before.as_str()).await);
                    }
                }
                // A database that was killed has its view stopped.
                4 if runtime.settle().await.is_ok() => {
                    let view = runtime.view::<P>().await.expect("a view");
                    let head = store.head().await.expect("a head");
                    assert!(View::position(&view) >= head, "seed {seed}: settled");
                    last = head.get();
                }
                _ => {}
            }
            sleep(Duration::from_millis(choices.below(3000))).await;
        }
    };
    tokio::select! {
        () = fuse.blown() => {}
        () = life => {}
    }
    world.end(store).await;
    told
}

/// How far the file has come that is shown.
async fn through(view: &SqliteReader, seed: u64) -> u64 {
    let held = view.read(move |database| held(database, seed)).await;
    held.expect("a view").map_or(0, |(through, _)| through)
}

async fn last<P>(world: &World, views: &Path, seed: u64)
where
    P: Projects + Projection<View = Dying>,
{
    let store = world.open().await;
    let runtime = start::<P>(&store, &Fuse::new(i64::MAX), views, None).await;
    runtime.rebuild("rebuilt").await.expect("it begins");
    plant(&store, "a", vec![paid(1)]).await;
    runtime.settle().await.expect("it settles");
    while runtime.status().await.expect("a status").consumers[0]
        .rebuilding
        .is_some()
    {
        sleep(Duration::from_millis(1)).await;
    }
    let view = runtime.view::<P>().await.expect("a view");
    let head = store.head().await.expect("a head").get();
    assert_eq!(through(&view, seed).await, head, "seed {seed}");
    drop((view, runtime));
    world.end(store).await;
}

async fn start<P>(store: &AnyStore, fuse: &Arc<Fuse>, views: &Path, pages: Option<(usize, Duration)>) -> Runtime
where
    P: Projects + Projection<View = Dying>,
{
    let (inner, fuse) = (store.clone(), Arc::clone(fuse));
    let view = Dying {
        inner: SqliteView::new(views.join("rebuilt.sqlite"), TABLES),
        fuse: Arc::clone(&fuse),
    };
    let store = Crashing { inner, fuse, pages };
    let runtime = Runtime::builder()
        .store(store)
        .aggregate::<Account>()
        .projection_in::<P>(view);
    runtime.start().await.expect("it starts")
}

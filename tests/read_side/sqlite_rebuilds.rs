//! A view in SQLite that is built anew beside the one that answers.

use std::error::Error;
use std::time::Duration;

use recount::sqlite::SqliteView;
use recount::sqlite::rusqlite::{self, Connection, Transaction};
use recount::store::{CheckpointStore, ConsumerName};
use recount::{ConsumerState, EventStore, MemoryStore, Meta, Position, Runtime, VerbError, View};
use tempfile::tempdir;

use crate::bank::{Account, Deposited, Withdrawn, paid, plant};
use crate::tables::{REFUSED, TABLES, all_seen, bank, change, database, in_tables, positions, seen};

type Tested = Result<(), Box<dyn Error>>;

in_tables!(Revised, SqliteView, name = "balances", rev = 1);
in_tables!(Others, SqliteView, name = "others");

/// Rules 8.6, 8.7: the old view answers while the new one is built in a file of its own, an event that fails stops the new one alone, and the
/// switch comes when it has caught up. The old file stays, and the old build goes back to it.
#[tokio::test(start_paused = true)]
async fn a_changed_rev_is_built_beside() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    plant(&store, "a", vec![paid(2)]).await;
    let runtime = bank(&store, folder.path()).await;
    let old = all_seen::<crate::tables::Balances>(&runtime, &store)
        .await?
        .path()
        .to_owned();
    drop(runtime);

    plant(&store, "a", vec![paid(3)]).await;

    // The new build cannot handle the amount 2.
    let tables = TABLES.replace("amount <> 13", "amount <> 2");
    let view = || SqliteView::new(database(folder.path()).path(), tables.clone());
    for _ in 0..2 {
        let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
        let runtime = runtime.projection_in::<Revised>(view()).start().await?;
        assert!(runtime.settle().await.is_err());
        let state = runtime.status().await?.consumers[0].state.clone();
        assert!(matches!(state, ConsumerState::Stopped { .. }), "{state:?}");
        let view = runtime.view::<Revised>().await?;
        assert_eq!((view.path(), positions(&view).await), (&*old, vec![1, 2]));
        drop(runtime);
    }

    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime.projection_in::<Revised>(view()).start().await?;
    let before = runtime.view::<Revised>().await?;
    assert!(runtime.settle().await.is_err());
    runtime.waive("balances", Position::new(2), "a test's", "ada").await?;
    plant(&store, "a", vec![paid(4)]).await;
    let view = all_seen::<Revised>(&runtime, &store).await?;
    assert_ne!(view.path(), old);
    assert_eq!(positions(&view).await, [1, 3, 4]);
    // What is held goes on to answer as it did.
    assert_eq!((before.path(), positions(&before).await), (&*old, vec![1, 2]));
    drop(runtime);

    let runtime = bank(&store, folder.path()).await;
    let view = all_seen::<crate::tables::Balances>(&runtime, &store).await?;
    assert_eq!((view.path(), positions(&view).await), (&*old, vec![1, 2, 3, 4]));
    drop(runtime);
    Ok(())
}

/// Rules 8.7, 11.3: a view that is gone back to is brought up to now before it answers, and what is waited for is the one that answers.
#[tokio::test(start_paused = true)]
async fn undone_when_it_has_caught_up() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store, folder.path()).await;
    runtime.settle().await?;
    runtime.rebuild("balances").await?;
    let is_built = async || {
        runtime
            .status()
            .await
            .is_ok_and(|status| status.consumers[0].rebuilding.is_none())
    };
    while !is_built().await {
        tokio::task::yield_now().await;
    }
    // More than one page, so that it is brought up in more than one step.
    for _ in 0..5 {
        plant(&store, "a", vec![paid(1); 1000]).await;
    }
    runtime.settle().await?;
    let head = store.head().await?;
    runtime.undo_rebuild("balances").await?;
    let mut times = 0;
    while !is_built().await {
        runtime.settle().await?;
        let view = runtime.view::<crate::tables::Balances>().await?;
        assert_eq!((View::position(&view), positions(&view).await.len()), (head, 5001));
        times += 1;
    }
    assert!(times > 0, "it was looked at meanwhile");
    Ok(())
}

/// Rule 8.7: what was dropped by name cannot be gone back to, and its files are deleted; those of the view that answers stay.
#[tokio::test(start_paused = true)]
async fn a_dropped_view_leaves_no_file() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store, folder.path()).await;
    let old = all_seen::<crate::tables::Balances>(&runtime, &store)
        .await?
        .path()
        .to_owned();
    assert!(runtime.drop_view("balances").await.is_err(), "it is shown");
    assert!(old.exists());
    drop(runtime);

    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime
        .projection_in::<Revised>(database(folder.path()))
        .start()
        .await?;
    let view = all_seen::<Revised>(&runtime, &store).await?;
    let shown = view.path().to_owned();
    assert!(old.exists() && shown != old);
    runtime.drop_view("balances").await?;
    let files = || std::fs::read_dir(folder.path().join("views")).map(Iterator::count);
    assert!(!old.exists() && shown.exists());
    let left = files()?;
    assert!(runtime.undo_rebuild("balances").await.is_err(), "it was removed");
    // Again, of a name that was never there, and of another consumer's: nothing happens.
    for name in ["balances", "balances@never", "balances2"] {
        runtime.drop_view(name).await?;
    }
    assert_eq!(files()?, left);
    plant(&store, "a", vec![paid(2)]).await;
    let view = all_seen::<Revised>(&runtime, &store).await?;
    assert_eq!(positions(&view).await, [1, 2]);
    drop(runtime);
    Ok(())
}

/// Rule 8.7: what recount refuses to open it does not delete either: a file of somebody else, and the view of another projection.
#[tokio::test(start_paused = true)]
async fn a_file_of_others_is_not_deleted() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let [theirs, text] = ["theirs.sqlite", "text.sqlite"].map(|name| folder.path().join(name));
    Connection::open(&theirs)?.execute_batch("CREATE TABLE theirs (x)")?;
    std::fs::write(&text, "no database at all".repeat(100))?;
    let runtime = bank(&store, folder.path()).await;
    let view = all_seen::<crate::tables::Balances>(&runtime, &store).await?;
    let ours = view.path().to_owned();
    for (path, says) in [
        (theirs, "database of something else"),
        (text, "no database of SQLite"),
        (ours, "it is the database of `balances`, not of `others`"),
    ] {
        let others = Runtime::builder().store(store.clone()).aggregate::<Account>();
        let others = others.projection_in::<Others>(SqliteView::new(&path, TABLES));
        let others = others.start().await?;
        assert!(others.settle().await.is_err());
        let refused = others.drop_view("others").await.err().ok_or("it is deleted")?;
        let because = refused.source().and_then(Error::source).ok_or("a cause")?;
        assert!(because.to_string().contains(says), "{because}");
        assert!(path.exists(), "{}", path.display());
    }
    assert_eq!(positions(&view).await, [1]);
    Ok(())
}

/// Rule 8.7: what answers queries is not dropped, also if nobody feeds it any more.
#[tokio::test(start_paused = true)]
async fn a_stopped_view_is_not_dropped() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    plant(&store, "a", vec![paid(REFUSED)]).await;
    let runtime = bank(&store, folder.path()).await;
    assert!(runtime.settle().await.is_err());
    // Until it has given its lease back.
    let (checkpoints, name) = (store.checkpoints(), ConsumerName::new("balances")?);
    let lease = loop {
        match checkpoints.claim(&name, Duration::from_secs(1)).await {
            Ok(lease) => break lease,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    checkpoints.release(&lease).await?;
    let view = runtime.view::<crate::tables::Balances>().await?;
    let refused = runtime.drop_view("balances").await;
    assert!(matches!(refused, Err(VerbError::Failed(_))), "{refused:?}");
    assert!(view.path().exists());
    runtime.waive("balances", Position::new(2), "a test's", "ada").await?;
    plant(&store, "a", vec![paid(3)]).await;
    let view = all_seen::<crate::tables::Balances>(&runtime, &store).await?;
    assert_eq!(positions(&view).await, [1, 3]);
    Ok(())
}

/// Rule 8.7: nothing is dropped under a rebuild that has just begun.
#[tokio::test(start_paused = true)]
async fn nothing_is_dropped_meanwhile() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store, folder.path()).await;
    runtime.settle().await?;
    runtime.rebuild("balances").await?;
    let refused = runtime.drop_view("balances@any").await;
    assert!(matches!(refused, Err(VerbError::Busy { .. })), "{refused:?}");
    runtime.drop_view("others").await?;
    Ok(())
}

/// Rule 8.7: a drop that a crash has cut in half leaves a file that nobody knows of; a rebuild that comes upon it begins anew.
#[tokio::test(start_paused = true)]
async fn half_a_drop_is_not_gone_on_with() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store, folder.path()).await;
    let first = all_seen::<crate::tables::Balances>(&runtime, &store)
        .await?
        .path()
        .to_owned();
    let mut shown = first.clone();
    let mut rebuild = async || -> Result<std::path::PathBuf, Box<dyn Error>> {
        let before = std::mem::take(&mut shown);
        while shown.as_os_str().is_empty() || shown == before {
            tokio::task::yield_now().await;
            shown = runtime.view::<crate::tables::Balances>().await?.path().to_owned();
        }
        Ok(shown.clone())
    };
    runtime.rebuild("balances").await?;
    let second = rebuild().await?;
    runtime.undo_rebuild("balances").await?;
    assert_eq!(rebuild().await?, first);
    let stale = "UPDATE seen SET amount = 7";
    assert_eq!(Connection::open(&second)?.execute(stale, ())?, 1);
    let name = ConsumerName::new("balances")?;
    let before = store.checkpoints().live(&name).await?.before.ok_or("it was kept")?;
    store.checkpoints().remove(&before).await?;

    runtime.rebuild("balances").await?;
    assert_eq!(rebuild().await?, second);
    let view = all_seen::<crate::tables::Balances>(&runtime, &store).await?;
    assert_eq!(seen(&view).await, [(1, 1)]);
    Ok(())
}

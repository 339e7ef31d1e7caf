//! Views in SQLite: what they show, what becomes of events that fail, who may feed them, and which files are refused.

use std::error::Error;
use std::fs;

use recount::sqlite::SqliteView;
use recount::sqlite::rusqlite::{self, Connection, Transaction};
use recount::store::StoreId;
use recount::{
    ConsumerState, EventStore, FileStore, MemoryStore, Meta, NoView, NotCommitted, Position, Runtime, StopReason,
    Token, View, ViewDatabase,
};
use tempfile::tempdir;

use crate::bank::{Account, Deposit, Deposited, Open, POISON, Pass, Withdrawn, paid, plant, raw};
use crate::tables::{
    Balances, REFUSED, TABLES, all_seen, balance, bank, change, database, in_tables, marked, positions, seen,
};

type Tested = Result<(), Box<dyn Error>>;

in_tables!(Parking, SqliteView, name = "balances", on_error = park(max = 5));

/// Rules 8.2, 8.8: whoever has a receipt reads the write in the database; what was handled is handled once, also by the next process.
#[tokio::test]
async fn a_receipt_is_seen_and_a_restart_goes_on() -> Tested {
    let folder = tempdir()?;
    for round in 1..=3_i64 {
        let store = FileStore::open(folder.path().join("events")).await?;
        let runtime = bank(&store, folder.path()).await;
        if round == 1 {
            runtime.execute("a", Open { owner: "Ada".into() }).await?;
        }
        let view = runtime.view::<Balances>().await?;
        assert_eq!(balance(&view, "a").await.unwrap_or(0), (round - 1) * 10);
        let receipt = runtime.execute("a", Deposit { amount: 10 }).await?;
        let view = runtime.view::<Balances>().after(&receipt).await?;
        assert_eq!(balance(&view, "a").await, Some(round * 10));
        assert_eq!(marked(&view).await, receipt.position());
        assert_eq!(Some(View::position(&view)), receipt.position());
        drop(view);
        runtime.shutdown().await;
    }
    Ok(())
}

/// Rules 8.3, 8.4: at an event that fails it stops, at the end of the append before it, and nothing of its own append is there.
#[tokio::test(start_paused = true)]
async fn it_stops_before_an_event_that_fails() -> Tested {
    for bad in [
        paid(REFUSED),
        paid(POISON),
        raw("account.deposited", 1, 1, r#"{"amount":"much"}"#),
    ] {
        let (folder, store) = (tempdir()?, MemoryStore::new());
        plant(&store, "a", vec![paid(1), paid(2)]).await;
        plant(&store, "a", vec![paid(3), bad]).await;
        plant(&store, "a", vec![paid(5)]).await;
        let runtime = bank(&store, folder.path()).await;
        let answer = all_seen::<Balances>(&runtime, &store).await.map(drop);
        let Err(NoView::Stopped { reached, source, .. }) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(reached, 2);
        assert!(
            matches!(source, StopReason::Failed { .. } | StopReason::Unreadable(_)),
            "{source:?}"
        );
        let view = runtime.view::<Balances>().await?;
        assert_eq!(seen(&view).await, [(1, 1), (2, 2)]);
        assert_eq!(balance(&view, "a").await, Some(3));
        assert_eq!(marked(&view).await, Some(Position::new(2)));

        // Rule 8.6: past it only by a waiver.
        runtime.waive("balances", Position::new(4), "a test's", "ada").await?;
        let view = all_seen::<Balances>(&runtime, &store).await?;
        assert_eq!(positions(&view).await, [1, 2, 3, 5]);
        drop(runtime);
    }
    Ok(())
}

/// Rules 8.4, 8.5: set aside with all that comes behind it, other keys go on, and redriven each is handled once.
#[tokio::test(start_paused = true)]
async fn one_key_is_set_aside_and_redriven() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    plant(&store, "a", vec![paid(REFUSED), paid(POISON)]).await;
    plant(&store, "b", vec![paid(2)]).await;
    plant(&store, "a", vec![paid(4)]).await;
    plant(&store, "b", vec![paid(5)]).await;
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime
        .projection_in::<Parking>(database(folder.path()))
        .start()
        .await?;
    let view = all_seen::<Parking>(&runtime, &store).await?;
    assert_eq!(positions(&view).await, [1, 4, 6]);
    assert_eq!(runtime.status().await?.consumers[0].parked, ["account/a"]);

    for (position, still) in [(2, vec![3, 5]), (3, vec![])] {
        runtime
            .waive("balances", Position::new(position), "a test's", "ada")
            .await?;
        let redriven = runtime.redrive("balances").await?;
        assert_eq!(redriven.failed.is_empty(), still.is_empty(), "{redriven:?}");
        let left = runtime.dead_letters("balances", None).await?;
        let left: Vec<u64> = left.iter().map(|letter| letter.part.position.get()).collect();
        assert_eq!(left, still);
    }
    assert_eq!(positions(&view).await, [1, 4, 5, 6]);
    assert_eq!(runtime.redrive("balances").await?.done, 0);
    drop(runtime);
    Ok(())
}

/// A script that SQLite does not take is told at the start, with its place and before a file is made.
#[tokio::test(start_paused = true)]
async fn a_broken_script_fails_the_start() -> Tested {
    for (script, place, because) in [
        (
            "CREATE TABLE a (x);\n  CREATE TABEL b (x);",
            "line 2, column 10",
            "near \"TABEL\": syntax error",
        ),
        (
            "CREATE TABLE a (é TEXT, x;",
            "line 1, column 26",
            "near \";\": syntax error",
        ),
        (
            "CREATE TABLE a (x) STRICT;",
            "line 1, column 1",
            "missing datatype for a.x",
        ),
        (
            ";;\n-- two\nCREATE TABLE a (x);\nCREATE TABLE a (x)",
            "line 4, column 14",
            "table a already exists",
        ),
        (
            "CREATE TABLE a (x CHECK (x > 1));\n;\n  INSERT INTO a VALUES (2);\n  INSERT INTO a VALUES (1);",
            "line 4, column 3",
            "CHECK constraint failed: x > 1",
        ),
        (
            "CREATE TABLE recount_mark (x)",
            "line 1, column 14",
            "table recount_mark already exists",
        ),
        (
            "CREATE TABLE a (x);\nCOMMIT;",
            "line 2, column 8",
            "no transaction is active",
        ),
    ] {
        let folder = tempdir()?;
        let path = folder.path().join("views/balances.sqlite");
        let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>();
        let runtime = runtime.projection_in::<Balances>(SqliteView::new(&path, script));
        let Err(refused) = runtime.start().await else {
            return Err(format!("it starts with {script}").into());
        };
        assert_eq!(refused.to_string(), "the view of `balances` cannot be made");
        let at = refused.source().ok_or("a place")?;
        let expected = format!(
            "the script of the tables of `{}` cannot be run: {place}",
            path.display()
        );
        assert_eq!(at.to_string(), expected, "{script}");
        let said = at.source().ok_or("SQLite's words")?.to_string();
        assert!(said.contains(because), "{said}");
        assert!(!folder.path().join("views").exists());
    }
    Ok(())
}

/// A setup that asks for what only a file has does not fail the trial of the script in memory.
#[tokio::test(start_paused = true)]
async fn a_setup_that_asks_for_a_file() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let view = database(folder.path()).each_connection(|connection| {
        let mode: String = connection.query_one("PRAGMA journal_mode = WAL", (), |row| row.get(0))?;
        if mode == "wal" {
            Ok(())
        } else {
            Err(rusqlite::Error::InvalidQuery)
        }
    });
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime.projection_in::<Balances>(view).start().await?;
    assert_eq!(positions(&*all_seen::<Balances>(&runtime, &store).await?).await, [1]);
    Ok(())
}

/// Rule 7.6: of two runtimes one feeds the view, and the other takes over when it ends.
#[tokio::test(start_paused = true)]
async fn one_runtime_feeds_a_view() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let first = bank(&store, folder.path()).await;
    assert_eq!(positions(&*all_seen::<Balances>(&first, &store).await?).await, [1]);
    let second = bank(&store, folder.path()).await;
    plant(&store, "a", vec![paid(2)]).await;
    assert_eq!(positions(&*all_seen::<Balances>(&first, &store).await?).await, [1, 2]);
    let answer = second.view::<Balances>().await.map(drop);
    assert!(matches!(answer, Err(NoView::NotOpen { .. })), "{answer:?}");
    let state = second.status().await?.consumers[0].state.clone();
    assert!(matches!(state, ConsumerState::Retrying { .. }), "{state:?}");

    drop(first);
    plant(&store, "a", vec![paid(3)]).await;
    second.settle().await?;
    assert_eq!(positions(&*second.view::<Balances>().await?).await, [1, 2, 3]);
    drop(second);
    Ok(())
}

/// Rules 7.6, 8.2: a commit is made on condition of the mark before, so whoever was followed changes nothing.
#[test]
fn an_old_mark_commits_nothing() -> Tested {
    let folder = tempdir()?;
    let view = database(folder.path());
    let (old, new) = (view.open(None)?, view.open(None)?);
    let insert = |tx: &mut Transaction<'_>| tx.execute("INSERT INTO seen VALUES (1, 1)", ()).map(drop);
    view.commit(&old, None, "one", |_| Ok::<_, rusqlite::Error>(()))?;
    view.commit(&new, Some("one"), "two", |_| Ok::<_, rusqlite::Error>(()))?;
    let refused = view.commit(&old, Some("one"), "three", insert);
    assert!(matches!(refused, Err(NotCommitted::Moved)), "{refused:?}");
    assert_eq!(view.mark(&new)?.as_deref(), Some("two"));
    // A change that fails leaves the mark where it is; so does one that ends the transaction.
    let failed = view.commit(&new, Some("two"), "three", |tx| {
        insert(tx)?;
        Err::<(), _>(rusqlite::Error::InvalidQuery)
    });
    assert!(matches!(failed, Err(NotCommitted::Change(_))), "{failed:?}");
    let ended = view.commit(&new, Some("two"), "three", |tx| tx.execute_batch("ROLLBACK"));
    assert!(matches!(ended, Err(NotCommitted::Database(_))), "{ended:?}");
    assert_eq!(view.mark(&old)?.as_deref(), Some("two"));
    let rows: u64 = Connection::open(view.path())?.query_one("SELECT count(*) FROM seen", (), |row| row.get(0))?;
    assert_eq!(rows, 0);
    Ok(())
}

/// Rule 7.7: a database that was filled from another store is not gone on with, and not touched until a person resets it.
#[tokio::test(start_paused = true)]
async fn a_view_of_another_store_is_refused() -> Tested {
    let folder = tempdir()?;
    let other = MemoryStore::new();
    plant(&other, "a", vec![paid(7), paid(8)]).await;
    let runtime = bank(&other, folder.path()).await;
    all_seen::<Balances>(&runtime, &other).await?;
    drop(runtime);

    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1), paid(2), paid(3)]).await;
    let runtime = bank(&store, folder.path()).await;
    let answer = runtime.view::<Balances>().await.map(drop);
    let Err(NoView::Stopped {
        source: StopReason::Resume(_),
        ..
    }) = answer
    else {
        panic!("{answer:?}");
    };
    let rows = "SELECT group_concat(amount) FROM seen";
    let rows: String = Connection::open(database(folder.path()).path())?.query_one(rows, (), |row| row.get(0))?;
    assert_eq!(rows, "7,8");
    runtime.reset("balances").await?;
    let view = all_seen::<Balances>(&runtime, &store).await?;
    assert_eq!(seen(&view).await, [(1, 1), (2, 2), (3, 3)]);
    drop(runtime);
    Ok(())
}

/// Rule 8.10: reads go on during writes, and each sees one moment between two decisions (rule 8.3).
#[tokio::test]
async fn reads_during_writes() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    let runtime = bank(&store, folder.path()).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    let view = runtime.view::<Balances>().await?;
    // A read that is held open while there are writes, until it is told of the last of them.
    let (go_on, told) = std::sync::mpsc::channel::<()>();
    let count = |db: &Connection| db.query_one("SELECT count(*) FROM seen", (), |row| row.get::<_, u64>(0));
    let (reader, began) = (view.clone(), tokio::sync::oneshot::channel());
    let held = tokio::spawn(async move {
        let read = reader.read(move |db| {
            let before = count(db)?;
            let _gone = began.0.send(());
            told.recv().expect("it is told");
            Ok((before, count(db)?))
        });
        read.await
    });
    began.1.await?;
    for round in 1..=20_u64 {
        let receipt = runtime.execute("a", Pass { amount: 1 }).await?;
        let view = runtime.view::<Balances>().after(&receipt).await?;
        let sums = "SELECT count(*), sum(amount) FROM seen";
        let (rows, sum): (u64, i64) = view
            .read(|db| db.query_one(sums, (), |row| Ok((row.get(0)?, row.get(1)?))))
            .await?;
        assert_eq!((rows, sum), (round * 2, 0));
    }
    go_on.send(())?;
    assert_eq!(held.await??, (0, 0));
    let written = view.read(|db| db.execute("DELETE FROM seen", ())).await;
    assert!(written.is_err(), "a read has written");
    drop(runtime);
    Ok(())
}

/// Files that are no views are refused by name, and not touched; a view is of one projection.
#[tokio::test(start_paused = true)]
async fn files_that_are_refused() -> Tested {
    in_tables!(Others, SqliteView, name = "others");
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let (foreign, garbage) = (
        folder.path().join("foreign.sqlite"),
        folder.path().join("garbage.sqlite"),
    );
    Connection::open(&foreign)?.execute_batch("CREATE TABLE theirs (x)")?;
    fs::write(
        &garbage,
        "no database at all, but some text that is long enough to be looked at by whoever reads it".repeat(20),
    )?;
    let runtime = bank(&store, folder.path()).await;
    all_seen::<Balances>(&runtime, &store).await?;
    drop(runtime);
    let ours = database(folder.path()).path().to_owned();
    for (path, says) in [
        (foreign, "database of something else"),
        (garbage, "no database of SQLite, or a damaged one"),
        (ours.clone(), "it is the database of `balances`, not of `others`"),
    ] {
        let before = fs::read(&path)?;
        let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
        let runtime = runtime
            .projection_in::<Others>(SqliteView::new(&path, TABLES))
            .start()
            .await?;
        let answer = runtime.view::<Others>().await.map(drop);
        let Err(NoView::Stopped {
            source: StopReason::Database(error),
            ..
        }) = answer
        else {
            panic!("{answer:?}");
        };
        assert!(error.to_string().contains(says), "{error}");
        assert!(runtime.reset("others").await.is_err());
        drop(runtime);
        // A view of ours is written by whoever closes it.
        assert!(path == ours || fs::read(&path)? == before, "{}", path.display());
    }
    Ok(())
}

/// Rule 7.6: a database that is gone, or was put back from an older copy, is not taken for one that has just begun.
#[tokio::test(start_paused = true)]
async fn an_older_copy_is_refused() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store, folder.path()).await;
    all_seen::<Balances>(&runtime, &store).await?;
    drop(runtime);
    fs::remove_dir_all(folder.path().join("views"))?;
    let runtime = bank(&store, folder.path()).await;
    let answer = all_seen::<Balances>(&runtime, &store).await.map(drop);
    let Err(NoView::Stopped {
        source: StopReason::Database(error),
        ..
    }) = answer
    else {
        panic!("{answer:?}");
    };
    assert!(error.to_string().contains("is gone, or an older copy"), "{error}");
    runtime.reset("balances").await?;
    assert_eq!(positions(&*all_seen::<Balances>(&runtime, &store).await?).await, [1]);
    drop(runtime);
    Ok(())
}

/// Rule 8.8: a token of another store is no token here.
#[tokio::test(start_paused = true)]
async fn a_foreign_token_is_refused() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    let runtime = bank(&store, folder.path()).await;
    let here = store.identity();
    let token = Token::new(StoreId::new(here.store, here.epoch + 1), Position::new(1));
    let answer = runtime.view::<Balances>().after(token).await.map(drop);
    assert!(matches!(answer, Err(NoView::HistoryMismatch { .. })), "{answer:?}");
    drop(runtime);
    Ok(())
}

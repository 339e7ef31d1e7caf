//! Crashes and failing operations, at every operation of a workload: what was acknowledged is there, what was refused is not.

use std::io::ErrorKind;

use super::sim::{SimDisk, Trouble};
use super::{Ledger, append_ids, batch, dump, event, open, stream};
use crate::store::file::PreviousState;
use crate::store::{AppendError, EventStore, Expected, Refusal};

/// Opens a store and appends until something refuses for good. Rolls through three segments.
async fn work(disk: &SimDisk, ledger: &mut Ledger) {
    let Ok(store) = open(disk).await else { return };
    for n in 0..16u8 {
        // Large and small ones, one stream and two.
        let len = if n % 3 == 0 {
            9000 + usize::from(n)
        } else {
            usize::from(n)
        };
        let mut batch = batch(
            &format!("s{}", n % 4),
            Expected::Any,
            vec![event(vec![n; len]), event([n])],
        );
        if n % 5 == 0 {
            batch = batch.part(stream("both"), Expected::Any, vec![event([n; 3])]);
        }
        let id = batch.append;
        let answer = store.append(batch).await;
        ledger.note(id, &answer);
    }
    // Readers see what is durable, whatever became of the writer.
    assert_eq!(append_ids(&dump(&store).await), ledger.acked);
    store.close().await;
}

/// Opens what is left, checks it, and checks that it is a store that works.
async fn check(disk: &SimDisk, ledger: &Ledger, what: &str) {
    let store = open(disk).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    let seen = dump(&store).await;
    ledger.check(&seen);
    store
        .append(batch("after", Expected::Any, vec![event(*b"more")]))
        .await
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    store.close().await;
    let store = open(disk)
        .await
        .unwrap_or_else(|error| panic!("{what}, opened again: {error}"));
    assert_eq!(store.recovery().previous_state, PreviousState::Clean, "{what}");
    let again = dump(&store).await;
    assert_eq!(again[..seen.len()], seen, "{what}");
    assert_eq!(again.len(), seen.len() + 1, "{what}");
    store.close().await;
}

async fn operations_of_work() -> u64 {
    let (disk, mut ledger) = (SimDisk::default(), Ledger::default());
    work(&disk, &mut ledger).await;
    assert_eq!(ledger.acked.len(), 16);
    check(&disk.image(), &ledger, "nothing failed").await;
    disk.operations()
}

/// Rule 3.8: power is cut at every operation; unsynced names and sectors are there or not.
#[tokio::test]
async fn a_power_cut_at_every_operation_loses_nothing() {
    for at in 0..operations_of_work().await {
        let (disk, mut ledger) = (SimDisk::default(), Ledger::default());
        disk.trouble(at, Trouble::PowerCut);
        work(&disk, &mut ledger).await;
        for seed in 0..2 {
            check(
                &disk.after_power_cut(at * 31 + seed),
                &ledger,
                &format!("cut at {at}, seed {seed}"),
            )
            .await;
        }
    }
}

/// The process dies, the system lives: everything that was written can be read, synced or not.
#[tokio::test]
async fn a_kill_at_every_operation_loses_nothing() {
    for at in 0..operations_of_work().await {
        let (disk, mut ledger) = (SimDisk::default(), Ledger::default());
        disk.trouble(at, Trouble::PowerCut);
        work(&disk, &mut ledger).await;
        check(&disk.image(), &ledger, &format!("killed at {at}")).await;
    }
}

/// Recovery itself is cut at every operation, and begun again.
#[tokio::test]
async fn a_cut_in_recovery_changes_nothing() {
    let operations = operations_of_work().await;
    for at in (0..operations).step_by(9) {
        let (disk, mut ledger) = (SimDisk::default(), Ledger::default());
        disk.trouble(at, Trouble::PowerCut);
        work(&disk, &mut ledger).await;
        let mut left = disk.after_power_cut(at);
        for inner in 0..40 {
            left.trouble(inner, Trouble::PowerCut);
            let opened = open(&left).await.is_ok();
            left = left.after_power_cut(inner);
            if opened {
                break;
            }
        }
        check(&left, &ledger, &format!("cut at {at}, then in recovery")).await;
    }
}

/// Rule 1.6: one operation fails, once or for ever; every answer is honest, after reopening too.
#[tokio::test]
async fn one_failing_operation_never_makes_a_wrong_answer() {
    let operations = operations_of_work().await;
    for kind in [ErrorKind::Other, ErrorKind::StorageFull] {
        for at in 0..operations {
            for trouble in [Trouble::Once(kind), Trouble::Forever(kind)] {
                let (disk, mut ledger) = (SimDisk::default(), Ledger::default());
                disk.trouble(at, trouble);
                work(&disk, &mut ledger).await;
                disk.heal();
                // What the process sees, or what the disk has: each for every second operation.
                let left = if at % 2 == 0 {
                    disk.image()
                } else {
                    disk.after_power_cut(at)
                };
                check(&left, &ledger, &format!("{trouble:?} at {at}")).await;
            }
        }
    }
}

/// A full disk is a definite answer, and the store goes on when there is room again.
#[tokio::test]
async fn a_full_disk_is_definite_and_passes() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let mut ledger = Ledger::default();
    for round in 0..3u8 {
        for full in [false, true, true, false] {
            if full {
                disk.trouble(disk.operations(), Trouble::Once(ErrorKind::StorageFull));
            }
            let batch = batch("a", Expected::Any, vec![event([round; 100])]);
            let id = batch.append;
            let answer = store.append(batch).await;
            ledger.note(id, &answer);
            match answer {
                // The thread that cuts sealed files may have met the trouble, and goes on without the room.
                Ok(_) => assert!(!full || round > 0),
                Err(AppendError::Refused(Refusal::StorageFull)) => assert!(full),
                Err(error) => panic!("{error}"),
            }
            disk.heal();
        }
    }
    ledger.check(&dump(&store).await);
    store.close().await;
    check(&disk.image(), &ledger, "a disk that was full").await;
}

/// A failed sync poisons: its unit is unknown, later ones are refused, readers go on, and nothing syncs again.
#[tokio::test]
async fn a_failed_sync_poisons_the_store() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    store
        .append(batch("a", Expected::Any, vec![event(*b"1")]))
        .await
        .expect("a receipt");
    disk.trouble(disk.operations() + 1, Trouble::Once(ErrorKind::Other));
    let unknown = store
        .append(batch("a", Expected::Any, vec![event(*b"2")]))
        .await
        .expect_err("the sync failed");
    let AppendError::Unknown { unknown, .. } = unknown else {
        panic!("{unknown}")
    };
    assert_eq!(unknown.parts, [(stream("a"), Expected::Any)]);
    let refused = store
        .append(batch("a", Expected::Any, vec![event(*b"3")]))
        .await
        .expect_err("the store is poisoned");
    assert!(matches!(refused, AppendError::Refused(Refusal::Poisoned)), "{refused}");
    assert_eq!(dump(&store).await.len(), 1);
    store.close().await;
    let store = open(&disk.image()).await.expect("a store");
    assert_eq!(store.recovery().previous_state, PreviousState::Poisoned);
    assert!(matches!(dump(&store).await.len(), 1 | 2));
    // Behind a failed write nothing is ever written: the log goes on in a new segment.
    assert_eq!(store.recovery().segments, 2);
}

//! Putting a copy back: another history of the same store, whatever happens while it begins.

use std::collections::BTreeSet;

use super::sim::{SimDisk, Trouble};
use super::{batch, dump, event, open, options};
use crate::store::file::{FileStore, OpenError};
use crate::store::{EventStore, Expected, StoreId};

async fn restore(disk: &SimDisk) -> Result<FileStore<SimDisk>, OpenError> {
    options(disk).restore("store").await
}

/// A closed store of several segments.
async fn backup() -> (SimDisk, StoreId) {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for number in 0..14_u8 {
        let tried = batch(
            &format!("s{}", number % 3),
            Expected::Any,
            vec![event(vec![number; 9_000])],
        );
        store.append(tried).await.expect("a receipt");
    }
    let id = store.identity();
    store.close().await;
    (disk, id)
}

/// Rule 3.7: there is nothing to restore where there is no store, and none is made.
#[tokio::test]
async fn nothing_is_restored_from_nothing() {
    let disk = SimDisk::default();
    assert!(matches!(restore(&disk).await, Err(OpenError::NothingToRestore)));
    assert!(!disk.names().iter().any(|name| name == "STORE"), "{:?}", disk.names());
}

/// Rule 3.7: power is cut at every operation of a restore. Afterwards the directory opens: as the copy that it was, or as the new history;
/// restored again it is a new one for certain.
#[tokio::test]
async fn a_cut_in_a_restore_is_finished_or_begun_again() {
    let (copy, old) = backup().await;
    let whole = dump(&open(&copy.image()).await.expect("the copy")).await;
    let mut ways = BTreeSet::new();
    for at in 0..200 {
        let disk = copy.image();
        disk.trouble(disk.operations() + at, Trouble::PowerCut);
        let restored = restore(&disk).await;
        let is_done = restored.is_ok();
        if let Ok(store) = restored {
            assert_ne!(store.identity(), old);
            drop(store);
        }
        for again in [false, true] {
            let left = disk.after_power_cut(at);
            let what = format!("cut at {at}, restored again: {again}");
            let store = if again { restore(&left).await } else { open(&left).await };
            let store = store.unwrap_or_else(|error| panic!("{what}: {error}"));
            let id = store.identity();
            assert_eq!(id.store, old.store, "{what}");
            assert!(!(again || is_done) || id.epoch != old.epoch, "{what}");
            ways.insert(id.epoch == old.epoch);
            assert_eq!(dump(&store).await, whole, "{what}");
            let more = store
                .append(batch("more", Expected::NoStream, vec![event(*b"more")]))
                .await;
            assert_eq!(more.expect("a receipt").store, id, "{what}");
            store.close().await;
            let store = open(&left).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(
                (store.identity(), dump(&store).await.len()),
                (id, whole.len() + 1),
                "{what}"
            );
        }
        if is_done {
            assert_eq!(ways.len(), 2, "a restore was cut before and after the epoch was drawn");
            return;
        }
    }
    panic!("a restore takes more than 200 operations");
}

/// Rule 3.7: files of the history that was left behind are foreign to the new one, and the other way round.
#[tokio::test]
async fn histories_do_not_mix() {
    let (copy, _) = backup().await;
    let (left, right) = (copy.image(), copy.image());
    for disk in [&left, &right] {
        let store = restore(disk).await.expect("a restored store");
        for number in 0..8_u8 {
            let tried = batch("new", Expected::Any, vec![event(vec![number; 9_000])]);
            store.append(tried).await.expect("a receipt");
        }
        store.close().await;
    }
    // Either may have a spare that the other has not: it is made beside the appends.
    let (ours, theirs) = (left.names(), right.names());
    let newest = ours
        .into_iter()
        .filter(|name| name.starts_with("seg-") && theirs.contains(name))
        .max()
        .expect("a segment");
    for name in [newest.as_str(), "watermark", "STORE"] {
        let mixed = left.image();
        mixed.put(name, right.bytes(name));
        let opened = open(&mixed).await;
        let is_spare = name == newest && right.bytes(name).iter().all(|byte| *byte == 0);
        assert!(opened.is_err() || is_spare, "`{name}` of another history was taken");
    }
    // The first segments are common to both.
    let common = left.image();
    common.put("seg-0000000001.log", right.bytes("seg-0000000001.log"));
    assert_eq!(dump(&open(&common).await.expect("a store")).await.len(), 22);
}

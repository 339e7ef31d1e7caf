//! Damage: every bit and every cut. Nothing that was acknowledged disappears in silence, and nothing panics.

use std::path::Path;

use super::sim::SimDisk;
use super::{Seen, batch, dump, event, exact, open, options};
use crate::store::file::open::Opened;
use crate::store::file::open::Opening;
use crate::store::file::{FileStore, OpenError, PreviousState};
use crate::store::{AppendError, Batch, EventStore, Expected, LogRead, ReadError, Refusal, StreamRead};
use crate::stream::Position;

const SEGMENT: &str = "seg-0000000001.log";

/// Opens without starting threads: quick enough to be done for every bit.
fn recover(disk: &SimDisk) -> Result<Opened<SimDisk>, OpenError> {
    crate::store::file::open::open(&options(disk), Path::new("store"), Opening::GoOn)
}

async fn append(store: &FileStore<SimDisk>, batch: Batch) {
    store.append(batch).await.expect("a receipt");
}

/// A closed store of one segment with three small frames.
async fn small() -> (SimDisk, Vec<Seen>) {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for version in 0..3u8 {
        append(&store, batch("a", exact(u64::from(version)), vec![event([version; 5])])).await;
    }
    let seen = dump(&store).await;
    store.close().await;
    (disk, seen)
}

/// A store that was killed after four appends, and where the last frame begins and ends. The watermark is as it was before the last.
async fn killed() -> (SimDisk, usize, usize) {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for version in 0..3 {
        append(&store, batch("a", exact(version), vec![event(*b"before")])).await;
    }
    let mark = disk.bytes("watermark");
    let from = written(&disk);
    append(&store, batch("a", exact(3), vec![event(*b"the last"), event(*b"unit")])).await;
    let image = disk.image();
    image.put("watermark", mark);
    let to = written(&image);
    store.close().await;
    (image, from, to)
}

/// Where the frames of the first segment end.
fn written(disk: &SimDisk) -> usize {
    let bytes = disk.bytes(SEGMENT);
    (bytes.iter().rposition(|byte| *byte != 0).expect("frames") + 1).next_multiple_of(8)
}

fn with(disk: &SimDisk, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> SimDisk {
    let changed = disk.image();
    let mut bytes = changed.bytes(name);
    change(&mut bytes);
    changed.put(name, bytes);
    changed
}

fn last(opened: &Opened<SimDisk>) -> u64 {
    opened.report.last_position.get()
}

/// F1, F4, F5: the last unit is cut at every byte; what follows is zero, garbage, or not there at all.
#[tokio::test]
async fn every_cut_of_the_last_unit() {
    let (disk, from, to) = killed().await;
    assert_eq!(
        recover(&disk.image())
            .map(|opened| last(&opened))
            .expect("a whole last unit"),
        5
    );
    for cut in from..to {
        let zeros = with(&disk, SEGMENT, |bytes| bytes[cut..to].fill(0));
        let garbage = with(&disk, SEGMENT, |bytes| bytes[cut..to + 999].fill(0xa5));
        let short = with(&disk, SEGMENT, |bytes| bytes.truncate(cut));
        let lost = disk.bytes(SEGMENT)[from..cut].iter().any(|byte| *byte != 0);
        for (disk, torn) in [(zeros, lost), (garbage, true), (short, lost)] {
            if disk.bytes(SEGMENT)[..to.min(disk.bytes(SEGMENT).len())] == recoverable(&disk, to) {
                continue;
            }
            let before = disk.bytes(SEGMENT);
            let opened = recover(&disk).unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
            assert_eq!(last(&opened), 3, "cut at {cut}");
            let report = &opened.report;
            assert_eq!(report.torn.is_some(), torn, "cut at {cut}");
            if let Some(torn) = &report.torn {
                assert!(torn.ambiguous);
                // Not a byte is gone: what was cut off lies in the quarantine.
                let aside = disk.bytes(&torn.moved_to);
                assert_eq!(aside[..], before[from..from + aside.len()]);
                assert!(before[from + aside.len()..].iter().all(|byte| *byte == 0));
                assert_eq!(disk.bytes(SEGMENT).len(), from);
            }
            drop(opened);
            let again = recover(&disk).expect("recovered twice");
            assert_eq!((last(&again), again.report.torn.is_some()), (3, false), "cut at {cut}");
        }
    }
}

/// The whole last unit, if this is it after all: its last bytes may be zero anyway.
fn recoverable(disk: &SimDisk, to: usize) -> Vec<u8> {
    let bytes = disk.bytes(SEGMENT);
    match bytes.get(..to) {
        Some(whole) if recover(&disk.image()).is_ok_and(|opened| last(&opened) == 5) => whole.to_vec(),
        _ => Vec::new(),
    }
}

/// R5: the same under `strict_tail` refuses and changes nothing; R2: where the watermark knows of the unit, it refuses in any case.
#[tokio::test]
async fn a_torn_tail_is_refused_where_it_may_have_been_acknowledged() {
    let (disk, from, to) = killed().await;
    let torn = with(&disk, SEGMENT, |bytes| bytes[from + 100..to].fill(0));
    let strict = options(&torn).strict_tail(true);
    let error = crate::store::file::open::open(&strict, Path::new("store"), Opening::GoOn).expect_err("strict");
    assert!(matches!(error, OpenError::AmbiguousTail { segment: 1, .. }), "{error}");
    for name in ["watermark", SEGMENT] {
        assert_eq!(torn.image().bytes(name), torn.bytes(name));
    }
    // Without any watermark nothing bounds what was lost.
    let unknown = with(&torn, "watermark", |bytes| bytes.fill(0));
    assert!(matches!(recover(&unknown), Err(OpenError::AmbiguousTail { .. })));
    // But a log that ends cleanly opens, with a report.
    let unknown = with(&disk, "watermark", |bytes| bytes.fill(0));
    let opened = recover(&unknown).expect("a clean end");
    assert!(opened.report.watermark_lost && opened.report.previous_state == PreviousState::Unknown);
}

/// F3, rule 3.8: every bit of the log of a store that was closed, header and frames, flipped one by one.
#[tokio::test]
async fn every_flipped_bit_of_a_closed_store_is_noticed() {
    let (disk, seen) = small().await;
    let end = written(&disk);
    let pages = (0..256).chain(2048..2304).chain(4096..end + 16);
    for byte in pages {
        // All bits of the last frame and of what follows; one bit of each byte elsewhere, another one each time.
        let bits = if byte >= end - 150 {
            0..8
        } else {
            byte % 8..byte % 8 + 1
        };
        for bit in bits {
            let flipped = with(&disk, SEGMENT, |bytes| bytes[byte] ^= 1 << bit);
            let before = flipped.bytes(SEGMENT);
            match recover(&flipped) {
                Ok(opened) if byte < 4096 => assert_eq!((last(&opened), opened.report.warnings.len()), (3, 1)),
                // Behind the end nothing was ever acknowledged.
                Ok(opened) if byte >= end => {
                    let torn = opened.report.torn.as_ref().expect("a tail that is not zero");
                    assert!(last(&opened) == 3 && !torn.ambiguous);
                }
                Ok(_) => panic!("bit {bit} of byte {byte} went unnoticed"),
                Err(error) => {
                    assert!(byte >= 4096, "bit {bit} of byte {byte}: {error}");
                    let OpenError::Corrupt {
                        file,
                        segment: Some(1),
                        offset,
                        positions: Some((first, _)),
                        ..
                    } = &error
                    else {
                        panic!("{error}")
                    };
                    assert!(file == SEGMENT && *offset <= byte as u64 && first.get() <= 3, "{error}");
                    assert!(first.get() > 1 || *offset == 4096, "{error}");
                    assert_eq!(flipped.bytes(SEGMENT), before, "a refused store was changed");
                }
            }
        }
    }
    assert_eq!(seen.len(), 3);
}

/// F3: in a store that was killed, the last frame alone may be taken for a torn write; every earlier one refuses.
#[tokio::test]
async fn damage_before_the_last_frame_is_never_taken_for_a_torn_write() {
    let (disk, from, to) = killed().await;
    for byte in (4096..to).step_by(3) {
        let flipped = with(&disk, SEGMENT, |bytes| bytes[byte] ^= 0x40);
        match recover(&flipped) {
            Ok(opened) => {
                assert!(byte >= from, "byte {byte}: acknowledged events were set aside");
                assert!(last(&opened) == 3 && opened.report.torn.as_ref().is_some_and(|torn| torn.ambiguous));
            }
            Err(error) => assert!(
                matches!(error, OpenError::Corrupt { .. }) && byte < from,
                "byte {byte}: {error}"
            ),
        }
    }
    // R3 without the help of the watermark: the last frame proves that the ones before it were whole.
    let blind = with(&disk, "watermark", |bytes| bytes.fill(0));
    let flipped = with(&blind, SEGMENT, |bytes| bytes[from - 40] ^= 1);
    let error = recover(&flipped).expect_err("the last frame is a proof");
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("seg-0000000001.log") && text.contains("position 3") && text.contains("backup"),
        "{text}"
    );
}

/// Every bit of `STORE` and of the watermark: the other copy serves.
#[tokio::test]
async fn copies_serve_where_one_is_damaged() {
    let (disk, _) = small().await;
    for (name, len) in [("STORE", 128), ("watermark", 136)] {
        for byte in (0..len).chain(4096..4096 + len) {
            let flipped = with(&disk, name, |bytes| bytes[byte] ^= 1 << (byte % 8));
            let opened = recover(&flipped).unwrap_or_else(|error| panic!("{name}, byte {byte}: {error}"));
            assert_eq!(
                (last(&opened), opened.report.warnings.len()),
                (3, 1),
                "{name}, byte {byte}"
            );
        }
    }
    let both = with(&disk, "STORE", |bytes| {
        [50, 4096 + 50].into_iter().for_each(|at| bytes[at] ^= 1);
    });
    assert!(matches!(recover(&both), Err(OpenError::Corrupt { file, .. }) if file == "STORE"));
}

/// A store of several segments, closed.
async fn long() -> SimDisk {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for version in 0..30 {
        append(&store, batch("a", exact(version), vec![event(vec![7; 10_000])])).await;
    }
    store.close().await;
    assert!(
        disk.names().contains(&"seg-0000000003.log".to_owned()),
        "{:?}",
        disk.names()
    );
    disk
}

/// F2, F31: segments damaged, missing, renamed, exchanged, foreign, older.
#[tokio::test]
async fn segments_are_what_their_names_say() {
    let disk = long().await;
    let name = |number: u32| format!("seg-{number:010}.log");
    let flipped = with(&disk, &name(1), |bytes| bytes[30_000] ^= 1);
    let error = recover(&flipped).expect_err("a damaged segment");
    let OpenError::Corrupt {
        segment: Some(1),
        positions: Some((first, Some(last))),
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert!(first.get() == 3 && last.get() == 5 || last > first, "{first} {last}");

    let missing = disk.image();
    missing.remove(&name(2));
    assert!(matches!(
        recover(&missing),
        Err(OpenError::SegmentMissing { segment: 2 })
    ));

    let exchanged = disk.image();
    exchanged.put(&name(2), disk.bytes(&name(1)));
    assert!(matches!(
        recover(&exchanged),
        Err(OpenError::Corrupt { segment: Some(2), .. })
    ));

    let other = long().await;
    let foreign = disk.image();
    foreign.put(&name(2), other.bytes(&name(2)));
    assert!(matches!(recover(&foreign), Err(OpenError::Foreign { file }) if file == name(2)));
    let foreign = disk.image();
    foreign.put("watermark", other.bytes("watermark"));
    assert!(matches!(recover(&foreign), Err(OpenError::Foreign { file }) if file == "watermark"));

    let headless = disk.image();
    headless.remove("STORE");
    assert!(matches!(recover(&headless), Err(OpenError::Corrupt { file, .. }) if file == "STORE"));

    let unnamed = disk.image();
    unnamed.put("seg-1.log", vec![1]);
    assert_eq!(recover(&unnamed).expect("a store").report.foreign_files, ["seg-1.log"]);
}

/// R8: the newest events are gone although the watermark knows of them.
#[tokio::test]
async fn what_the_watermark_knows_cannot_disappear() {
    let (disk, from, to) = killed().await;
    let store = open(&disk).await.expect("a store");
    store.close().await;
    // As if the disk had never written the last frame.
    let lost = with(&disk, SEGMENT, |bytes| bytes[from..to].fill(0));
    let error = recover(&lost).expect_err("acknowledged events are gone");
    let OpenError::LostAcknowledged {
        segment: 1,
        last,
        through,
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!((last.get(), through.get()), (3, 5));
    // Or had lost the end of the file.
    let lost = with(&disk, SEGMENT, |bytes| bytes.truncate(from));
    assert!(matches!(recover(&lost), Err(OpenError::LostAcknowledged { .. })));
}

/// F13, F3: damage that comes while the store is open is an error of that read, never the end, and the writer goes on.
#[tokio::test]
async fn damage_under_an_open_store_is_an_error_of_the_reader() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for version in 0..3 {
        append(&store, batch("a", exact(version), vec![event(*b"payload")])).await;
    }
    disk.reads_fail(true);
    let error = store
        .read_log(LogRead::after(Position::START))
        .await
        .expect_err("a sector cannot be read");
    assert!(
        matches!(&error, ReadError::Io { place, .. } if place.contains(SEGMENT)),
        "{error}"
    );
    disk.reads_fail(false);
    let bytes = disk.bytes(SEGMENT);
    let at = bytes
        .windows(7)
        .rposition(|window| window == b"payload")
        .expect("the last payload");
    disk.flip(SEGMENT, at);
    let error = store
        .read_log(LogRead::after(Position::START))
        .await
        .expect_err("a damaged record");
    assert!(
        matches!(&error, ReadError::Corrupt { place, .. } if place.contains("position 3")),
        "{error}"
    );
    let error = store
        .read_stream(StreamRead::new(super::stream("a")).backward())
        .await
        .expect_err("a damaged record");
    assert!(matches!(error, ReadError::Corrupt { .. }), "{error}");
    append(&store, batch("a", exact(3), vec![event(*b"more")])).await;
    assert_eq!(
        store
            .read_log(LogRead::after(Position::new(3)))
            .await
            .expect("a page")
            .len(),
        1
    );
}

/// F13: a read that fails where the next segment is made refuses that append and no other, and nothing is poisoned by it.
#[tokio::test]
async fn a_read_that_fails_at_a_roll_passes() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    // As a process leaves it that ended when it had made the next segment and not begun it.
    disk.put("seg-0000000002.log", vec![0; 8192]);
    disk.reads_fail(true);
    let large = || batch("a", Expected::Any, vec![event(vec![7; 20 << 10])]);
    let mut written = 0;
    let refused = loop {
        match store.append(large()).await {
            Ok(_) => written += 1,
            Err(refused) => break refused,
        }
    };
    assert!(written > 0, "there was room in the first segment");
    for refused in [
        refused,
        store.append(large()).await.expect_err("it still cannot be read"),
    ] {
        assert!(matches!(refused, AppendError::Refused(Refusal::Unread)), "{refused}");
        assert!(Refusal::Unread.is_passing());
    }
    // What has room goes on even now.
    append(&store, batch("b", Expected::NoStream, vec![event(*b"small")])).await;
    disk.reads_fail(false);
    append(&store, large()).await;
    let seen = dump(&store).await;
    assert_eq!(seen.len(), written + 2);
    store.close().await;
    let store = open(&disk).await.expect("the same store");
    assert_eq!((dump(&store).await, store.recovery().segments), (seen, 2));
}

/// F22, F23: payloads that hold copies of the store's own bytes are never taken for frames.
#[tokio::test]
async fn payloads_may_hold_copies_of_the_store() {
    let (disk, _) = small().await;
    let bytes = disk.bytes(SEGMENT);
    let copy = bytes[4096..written(&disk)].to_vec();
    let store = open(&disk).await.expect("a store");
    // At every alignment, so that one of them lies where a frame could begin.
    let events = (0..8)
        .map(|shift| event([vec![0; shift], copy.clone(), bytes[..300].to_vec()].concat()))
        .collect();
    append(&store, batch("b", Expected::Any, events)).await;
    let mark = disk.bytes("watermark");
    append(&store, batch("b", Expected::Any, vec![event(copy)])).await;
    let torn = disk.image();
    torn.put("watermark", mark);
    let end = written(&torn);
    store.close().await;
    let torn = with(&torn, SEGMENT, |bytes| bytes[end - 8..end].fill(0xff));
    let opened = recover(&torn).expect("a torn last unit");
    assert_eq!((last(&opened), opened.report.torn.is_some()), (11, true));
}

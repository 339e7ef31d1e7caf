//! Keys and append ids where only this store can go wrong: within one unit, over segments, behind a poisoned writer, at every cut.

use std::future::Future;
use std::io::ErrorKind;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use super::sim::{SimDisk, Trouble};
use super::{batch, dump, event, exact, open, stream};
use crate::store::file::FileStore;
use crate::store::file::known::Marks;
use crate::store::{
    AppendError, Batch, Committed, EventStore, Expected, Fingerprint, IdempotencyKey, Refusal, Resolved,
};
use crate::stream::{AppendId, Position};
use uuid::Uuid;

fn keyed(batch: Batch, key: &str) -> Batch {
    let fingerprint = Fingerprint::of_events(&batch.parts);
    batch.key(IdempotencyKey::new(key), fingerprint)
}

fn again(batch: &Batch) -> Batch {
    let mut again = batch.clone();
    again.append = AppendId::new(Uuid::now_v7());
    again
}

type Answering<'a> = Pin<Box<dyn Future<Output = Result<Committed, AppendError>> + 'a>>;

/// Hands over a batch; its answer is still to come.
fn hand_over(store: &FileStore<SimDisk>, batch: Batch) -> Answering<'_> {
    let mut append: Answering<'_> = Box::pin(store.append(batch));
    let mut context = Context::from_waker(Waker::noop());
    assert!(append.as_mut().poll(&mut context).is_pending());
    append
}

/// What becomes of the unit that holds an append and its repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Synced,
    SyncFails,
    Full,
}

/// Rules 2.2 to 2.4: repeats that arrive together with the original are answered as it is: after its sync, or with its fate.
#[tokio::test]
async fn repeats_in_one_unit_share_the_fate_of_the_original() {
    for end in [End::Synced, End::SyncFails, End::Full] {
        let disk = SimDisk::default();
        let store = open(&disk).await.expect("a new store");
        disk.hold(true);
        let before = disk.operations();
        let mut first = pin!(store.append(batch("first", Expected::NoStream, vec![event(*b"1")])));
        let mut context = Context::from_waker(Waker::noop());
        assert!(first.as_mut().poll(&mut context).is_pending());
        // The writer waits in the sync of the first: what comes now is one unit.
        disk.wait_for_operation(before + 2);
        let original = keyed(batch("x", Expected::NoStream, vec![event(*b"2"), event(*b"3")]), "k");
        let mut other = again(&original);
        other.parts[0].events.pop();
        let (other_key, mut other_id) = (keyed(other.clone(), "k"), other);
        (other_id.append, other_id.key) = (original.append, None);
        let unkeyed = batch("y", Expected::Any, vec![event(*b"4")]);
        let answers = [
            original.clone(),
            original.clone(),
            again(&original),
            other_key,
            other_id,
            unkeyed.clone(),
            unkeyed,
        ]
        .map(|batch| hand_over(&store, batch));
        match end {
            End::Synced => {}
            // Of the first: its watermark. Then the write and the sync of the second unit.
            End::SyncFails => disk.trouble(before + 4, Trouble::Once(ErrorKind::Other)),
            End::Full => disk.trouble(before + 3, Trouble::Once(ErrorKind::StorageFull)),
        }
        disk.hold(false);
        first.await.expect("a receipt");
        let mut answered = Vec::new();
        for answer in answers {
            answered.push(answer.await);
        }
        let stored = dump(&store).await.len();
        match (end, answered.as_slice()) {
            (End::Synced, [Ok(one), Ok(resent), Ok(repeated), key, id, Ok(two), Ok(twice)]) => {
                assert!(!one.duplicate && !two.duplicate);
                assert_eq!(*resent, one.clone().as_duplicate());
                assert_eq!(*repeated, one.clone().as_duplicate());
                assert_eq!(*twice, two.clone().as_duplicate());
                let parts = one.parts.clone();
                assert!(matches!(key, Err(AppendError::Refused(Refusal::KeyReused { parts: of, .. })) if *of == parts));
                assert!(
                    matches!(id, Err(AppendError::Refused(Refusal::AppendIdReused { parts: of, .. })) if *of == parts)
                );
                assert_eq!(stored, 4);
            }
            // All but what was definitely another batch may be on the disk.
            (End::SyncFails, all) => {
                let doubtful = |answer: &Result<_, _>| matches!(answer, Err(AppendError::Unknown { .. }));
                assert!([0, 1, 2, 5, 6].iter().all(|place| doubtful(&all[*place])), "{all:?}");
                assert_eq!(stored, 1);
            }
            (End::Full, all) => {
                let full = |answer: &Result<_, _>| matches!(answer, Err(AppendError::Refused(Refusal::StorageFull)));
                assert!(all.iter().all(full), "{all:?}");
                assert_eq!(stored, 1);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Rules 2.1, 2.6: original receipts come from every segment, of appends over streams and of a thousand events, opened again or not.
#[tokio::test]
async fn originals_are_found_in_every_segment() {
    let disk = SimDisk::default();
    let mut store = open(&disk).await.expect("a new store");
    let mut kept = Vec::new();
    for number in 0..24_u8 {
        let mut tried = batch(
            &format!("s{}", number % 3),
            Expected::Any,
            vec![event(vec![number; 9_000])],
        );
        if number % 4 == 1 {
            tried = tried.part(stream("both"), Expected::Any, vec![event([number]), event([number])]);
        }
        if number % 7 == 2 {
            tried = tried.part(stream("many"), Expected::Any, vec![event([number]); 1_500]);
        }
        let tried = keyed(tried, &format!("key {number}"));
        kept.push((tried.clone(), store.append(tried).await.expect("a receipt")));
    }
    assert!(store.recovery().segments == 1 && disk.names().len() > 5);
    for _ in 0..2 {
        let before = dump(&store).await;
        for (tried, receipt) in &kept {
            let original = Some(receipt.clone().as_duplicate());
            assert_eq!(store.append(tried.clone()).await.ok(), original);
            assert_eq!(store.append(again(tried)).await.ok(), original);
            let (key, asked) = tried.key.clone().expect("a key");
            let known = store.find_key(&tried.parts[0].stream, &key).await.expect("an answer");
            let known = known.expect("a key that is known");
            assert_eq!((known.fingerprint, Some(known.committed)), (asked, original));
        }
        assert_eq!(dump(&store).await, before);
        store.close().await;
        store = open(&disk).await.expect("the same store");
    }
}

/// A hash is no proof: an append whose mark is that of another is compared with it, and written.
#[tokio::test]
async fn a_shared_hash_decides_nothing() {
    let store = open(&SimDisk::default()).await.expect("a new store");
    let first = keyed(batch("x", Expected::Any, vec![event(*b"1")]), "first");
    store.append(first.clone()).await.expect("a receipt");
    let second = keyed(batch("y", Expected::Any, vec![event(*b"2")]), "second");
    let marks = Marks::of_batch(store.0.shared.identity.name_seed, &second).expect("marks");
    store.0.shared.index.write().expect("no panic").known.add(marks, 1);
    let key = IdempotencyKey::new("second");
    assert_eq!(store.find_key(&stream("y"), &key).await.expect("an answer"), None);
    let unknown = store.0.shared.unknown(&second);
    assert_eq!(store.resolve(&unknown).await.expect("an answer"), Resolved::NotWritten);
    let receipt = store.append(second.clone()).await.expect("a receipt");
    assert_eq!((receipt.duplicate, receipt.first_position), (false, Position::new(2)));
    assert_eq!(
        store.append(second.clone()).await.ok(),
        Some(receipt.clone().as_duplicate())
    );
    assert_eq!(
        store.append(again(&second)).await.ok(),
        Some(receipt.clone().as_duplicate())
    );
    assert_eq!(
        store.resolve(&unknown).await.expect("an answer"),
        Resolved::Committed(receipt)
    );
    assert_eq!(dump(&store).await.len(), 2);
}

/// A repeat whose original cannot be read is not written, and nothing is said of it for certain.
#[tokio::test]
async fn a_repeat_that_cannot_be_compared_is_unknown() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let tried = keyed(batch("x", Expected::Any, vec![event(*b"1")]), "k");
    let receipt = store.append(tried.clone()).await.expect("a receipt");
    disk.reads_fail(true);
    let answer = store.append(again(&tried)).await;
    assert!(matches!(answer, Err(AppendError::Unknown { .. })), "{answer:?}");
    assert!(store.find_key(&stream("x"), &IdempotencyKey::new("k")).await.is_err());
    assert!(store.resolve(&store.0.shared.unknown(&tried)).await.is_err());
    disk.reads_fail(false);
    assert_eq!(store.append(again(&tried)).await.ok(), Some(receipt.as_duplicate()));
    assert_eq!(dump(&store).await.len(), 1);
}

/// Rule 2.7: a poisoned store proves what it can: what is there, and what was overtaken. The rest is told after reopening.
#[tokio::test]
async fn a_poisoned_store_resolves_what_it_can() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let written = batch("x", Expected::NoStream, vec![event(*b"1")]);
    let receipt = store.append(written.clone()).await.expect("a receipt");
    let doubtful = batch("x", exact(1), vec![event(*b"2")]);
    disk.trouble(disk.operations() + 1, Trouble::Once(ErrorKind::Other));
    let Err(AppendError::Unknown { unknown, .. }) = store.append(doubtful.clone()).await else {
        panic!("the sync failed")
    };
    let resolve = async |store: &FileStore<SimDisk>, batch: &Batch| {
        let mut asked = (*unknown).clone();
        (asked.append, asked.parts) = (batch.append, Vec::new());
        asked
            .parts
            .extend(batch.parts.iter().map(|part| (part.stream.clone(), part.expected)));
        store.resolve(&asked).await.expect("an answer")
    };
    let overtaken = batch("x", Expected::NoStream, vec![event(*b"3")]);
    assert_eq!(resolve(&store, &written).await, Resolved::Committed(receipt));
    assert_eq!(resolve(&store, &overtaken).await, Resolved::NotWritten);
    assert_eq!(resolve(&store, &doubtful).await, Resolved::StillUnknown);
    store.close().await;
    assert!(store.resolve(&unknown).await.is_err());
    for (left, was_written) in [(disk.image(), true), (disk.after_power_cut(3), false)] {
        let store = open(&left).await.expect("a store");
        let is_there = dump(&store).await.len() == 2;
        assert!(is_there || !was_written, "what was written before a kill is there");
        let resolved = resolve(&store, &doubtful).await;
        assert_eq!(matches!(resolved, Resolved::Committed(_)), is_there, "{resolved:?}");
        assert_eq!(resolved == Resolved::NotWritten, !is_there);
    }
}

/// The requests of a workload, each with its answer.
type Tried = Vec<(Batch, Result<Committed, AppendError>)>;

async fn work(disk: &SimDisk) -> Tried {
    let Ok(store) = open(disk).await else {
        return Vec::new();
    };
    let mut tried = Vec::new();
    for number in 0..9_u8 {
        let len = if number % 2 == 0 { 11_000 } else { 10 };
        let request = batch(
            &format!("s{}", number % 2),
            Expected::Any,
            vec![event(vec![number; len])],
        );
        let request = keyed(request, &number.to_string());
        let answer = store.append(request.clone()).await;
        tried.push((request, answer));
    }
    store.close().await;
    tried
}

/// Rules 2.1, 2.7: power is cut at every operation; what was answered is still the answer, and each request, repeated, is there once.
#[tokio::test]
async fn a_repeat_after_a_cut_at_every_operation_commits_once() {
    let disk = SimDisk::default();
    assert!(work(&disk).await.iter().all(|(_, answer)| answer.is_ok()));
    for at in 0..disk.operations() {
        let disk = SimDisk::default();
        disk.trouble(at, Trouble::PowerCut);
        let tried = work(&disk).await;
        let left = disk.after_power_cut(at * 17);
        let store = open(&left).await.unwrap_or_else(|error| panic!("cut at {at}: {error}"));
        for (request, answer) in &tried {
            if let Err(AppendError::Unknown { unknown, .. }) = answer {
                let resolved = store.resolve(unknown).await.expect("an answer");
                let is_there = dump(&store).await.iter().any(|event| event.append == request.append);
                assert_eq!(matches!(resolved, Resolved::Committed(_)), is_there, "cut at {at}");
                assert_eq!(resolved == Resolved::NotWritten, !is_there, "cut at {at}");
            }
            let repeated = store.append(again(request)).await.expect("a receipt");
            if let Ok(receipt) = answer {
                assert_eq!(repeated, receipt.clone().as_duplicate(), "cut at {at}");
            }
        }
        let seen = dump(&store).await;
        let mut payloads: Vec<_> = seen.iter().map(|event| event.payload.clone()).collect();
        payloads.sort();
        payloads.dedup();
        assert_eq!((payloads.len(), seen.len()), (tried.len(), tried.len()), "cut at {at}");
    }
}

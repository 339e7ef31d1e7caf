//! Answers: when they are given, to whom, and what becomes of an append whose caller has gone.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::sim::{SimDisk, Trouble};
use super::{append_ids, batch, dump, event, exact, open, options, stream};
use crate::clock::{ManualClock, Timestamp};
use crate::store::file::{FileStore, PreviousState};
use crate::store::{AppendError, EventStore, Expected, LogRead, NewEvent, PageSize, ReadError, Refusal, StreamRead};
use crate::stream::{Position, Version};

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Rule 1.5.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_winner_per_version_among_64() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for round in 0..20 {
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..64u8 {
            let store = store.clone();
            callers.spawn(async move { store.append(batch("one", exact(round), vec![event([caller])])).await });
        }
        let answers = callers.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for error in answers.into_iter().filter_map(Result::err) {
            let AppendError::Conflict { actual, expected, .. } = error else {
                panic!("{error}")
            };
            assert_eq!((actual, expected), (Version::new(round + 1), exact(round)));
        }
    }
    assert_eq!(dump(&store).await.len(), 20);
}

/// Everyone has a stream: nothing is lost, and far fewer syncs than appends were needed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_share_syncs() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let before = disk.operations();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..64 {
        let store = store.clone();
        callers.spawn(async move {
            for version in 0..20 {
                let answer = store
                    .append(batch(&format!("s{caller}"), exact(version), vec![event([0; 100])]))
                    .await;
                assert_eq!(answer.expect("a receipt").parts[0].last, version + 1);
            }
        });
    }
    callers.join_all().await;
    let operations = disk.operations() - before;
    assert!(operations < 3 * 64 * 20, "{operations} operations for 1280 appends");
    let seen = dump(&store).await;
    assert_eq!(seen.len(), 64 * 20);
    store.close().await;
    let store = open(&disk).await.expect("the same store");
    assert_eq!(dump(&store).await, seen);
}

/// Rule 1.7: nothing is seen before it is durable; a conflict with an append in the same unit waits for its sync, and falls with it.
#[tokio::test]
async fn nothing_rests_on_what_is_not_durable() {
    for sync_fails in [false, true] {
        let disk = SimDisk::default();
        let store = open(&disk).await.expect("a new store");
        disk.hold(true);
        let before = disk.operations();
        let mut first = pin!(store.append(batch("first", Expected::NoStream, vec![event(*b"1")])));
        assert!(poll_once(first.as_mut()).is_pending());
        // The writer has written the first and waits in its sync; the next two will be one unit.
        disk.wait_for_operation(before + 2);
        let mut winner = pin!(store.append(batch("x", Expected::NoStream, vec![event(*b"2")])));
        let mut loser = pin!(store.append(batch("x", Expected::NoStream, vec![event(*b"3")])));
        assert!(poll_once(winner.as_mut()).is_pending() && poll_once(loser.as_mut()).is_pending());
        assert_eq!(store.head().await.expect("a head"), 0);
        if sync_fails {
            // Of the first: its watermark. Then the write and the sync of the second unit.
            disk.trouble(before + 4, Trouble::Once(std::io::ErrorKind::Other));
        }
        disk.hold(false);
        first.await.expect("a receipt");
        match (winner.await, loser.await) {
            (Ok(_), Err(AppendError::Conflict { actual, .. })) if !sync_fails => assert_eq!(actual, Version::new(1)),
            (Err(AppendError::Unknown { .. }), Err(AppendError::Refused(Refusal::Poisoned))) if sync_fails => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(dump(&store).await.len(), if sync_fails { 1 } else { 2 });
    }
}

/// Rule 4.8: an append that is dropped after k polls is whole or absent, and nothing is left behind, for every k.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_append_is_whole_or_absent() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for polls in 0..6 {
        for round in 0..20 {
            let id = format!("{polls}-{round}");
            {
                let mut append = Box::pin(store.append(batch(&id, Expected::Any, vec![event(*b"a"), event(*b"b")])));
                for _ in 0..polls {
                    if poll_once(append.as_mut()).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            // The next append of the stream finds all of the one before, or nothing.
            let answer = store
                .append(batch(&id, Expected::Any, vec![event(*b"c")]))
                .await
                .expect("a receipt");
            let version = answer.parts[0].last.get();
            assert!(
                if polls == 0 { version == 1 } else { version == 3 },
                "{polls} polls: {version}"
            );
        }
    }
    dump(&store).await;
    assert_eq!(
        store.0.shared.permits.available_permits(),
        super::super::shared::IN_FLIGHT
    );
}

/// A caller that waits for its share of the memory and goes away takes nothing with it.
#[tokio::test]
async fn memory_in_flight_is_bounded_and_given_back() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    disk.hold(true);
    let large = || batch("large", Expected::Any, vec![event(vec![0; 3 << 20])]);
    let mut waiting: Vec<_> = (0..6).map(|_| Box::pin(store.append(large()))).collect();
    assert!(waiting.iter_mut().all(|append| poll_once(append.as_mut()).is_pending()));
    // Two have their share; the others wait before the queue, and dropping one of them writes nothing.
    drop(waiting.pop());
    disk.hold(false);
    for append in waiting {
        append.await.expect("a receipt");
    }
    assert_eq!(dump(&store).await.len(), 5);
    assert_eq!(
        store.0.shared.permits.available_permits(),
        super::super::shared::IN_FLIGHT
    );
}

/// The runtime goes away in the middle: the writer does not need it.
#[test]
fn a_dropped_runtime_leaves_a_sound_store() {
    let disk = SimDisk::default();
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .expect("a runtime")
    };
    let first = runtime();
    let store = first.block_on(open(&disk)).expect("a new store");
    for caller in 0..32 {
        let store = store.clone();
        first.spawn(async move {
            loop {
                store
                    .append(batch(
                        &format!("s{caller}"),
                        Expected::Any,
                        vec![event(*b"a"), event(*b"b")],
                    ))
                    .await
                    .expect("a receipt");
            }
        });
    }
    while first.block_on(store.head()).expect("a head").get() < 1000 {}
    first.shutdown_background();
    let second = runtime();
    second.block_on(async {
        store
            .append(batch("after", Expected::NoStream, vec![event(*b"x")]))
            .await
            .expect("a receipt");
        store.close().await;
        let store = open(&disk).await.expect("the same store");
        assert!(dump(&store).await.len() > 1000);
    });
}

#[tokio::test]
async fn closing_finishes_what_was_handed_over() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let other = store.clone();
    disk.hold(true);
    let mut handed = pin!(store.append(batch("a", Expected::Any, vec![event(*b"1")])));
    assert!(poll_once(handed.as_mut()).is_pending());
    let mut closing = pin!(other.close());
    assert!(poll_once(closing.as_mut()).is_pending());
    let late = other
        .append(batch("a", Expected::Any, vec![event(*b"2")]))
        .await
        .expect_err("it is closed");
    assert!(matches!(late, AppendError::Refused(Refusal::Closed)), "{late}");
    disk.hold(false);
    closing.await;
    handed.await.expect("a receipt");
    assert!(matches!(other.head().await, Err(ReadError::Closed)));
    assert!(matches!(
        other.read_log(LogRead::after(Position::START)).await,
        Err(ReadError::Closed)
    ));
    other.close().await;
    let store = open(&disk).await.expect("the same store");
    assert_eq!(
        (dump(&store).await.len(), store.recovery().previous_state),
        (1, PreviousState::Clean)
    );
}

#[tokio::test]
async fn a_panic_of_the_writer_hangs_nobody() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    store
        .append(batch("a", Expected::Any, vec![event(*b"1")]))
        .await
        .expect("a receipt");
    disk.trouble(disk.operations() + 1, Trouble::Panic);
    let unknown = store
        .append(batch("a", Expected::Any, vec![event(*b"2")]))
        .await
        .expect_err("the writer panicked");
    assert!(matches!(unknown, AppendError::Unknown { .. }), "{unknown}");
    let refused = store
        .append(batch("a", Expected::Any, vec![event(*b"3")]))
        .await
        .expect_err("there is no writer");
    assert!(matches!(refused, AppendError::Refused(Refusal::Poisoned)), "{refused}");
    assert_eq!(dump(&store).await.len(), 1);
    store.close().await;
}

/// Rule 10.1: the clock may do what it likes.
#[tokio::test]
async fn recorded_time_never_goes_back() {
    let disk = SimDisk::default();
    let clock = ManualClock::new(Timestamp::from_micros(1_000_000));
    let store = options(&disk)
        .clock(clock.clone())
        .open("store")
        .await
        .expect("a new store");
    let mut last = Timestamp::MIN;
    for micros in [1_000_000, 5, -1, 1_000_001, 0] {
        clock.set(Timestamp::from_micros(micros));
        let answer = store
            .append(batch("a", Expected::Any, vec![event(*b"t")]))
            .await
            .expect("a receipt");
        assert!(answer.recorded_at >= last);
        last = answer.recorded_at;
    }
    assert_eq!(last, Timestamp::from_micros(1_000_001));
    clock.set(Timestamp::MAX);
    store
        .append(batch("a", Expected::Any, vec![event(*b"t")]))
        .await
        .expect("a receipt");
    let seen = dump(&store).await;
    store.close().await;
    let store = options(&disk)
        .clock(ManualClock::new(Timestamp::MIN))
        .open("store")
        .await
        .expect("the same store");
    assert_eq!(dump(&store).await, seen);
}

/// Rules 1.2, 1.11: every version, both ways, in pages of every size, with and without the system's cache.
#[tokio::test]
async fn streams_read_from_every_version_both_ways() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    for version in 0..40u64 {
        // Pieces of two streams, over several segments.
        let len = if version % 4 == 0 { 9000 } else { 10 };
        store
            .append(batch("a", exact(version), vec![event(vec![1; len])]))
            .await
            .expect("a receipt");
        store
            .append(batch("b", exact(version), vec![event(version.to_le_bytes())]))
            .await
            .expect("a receipt");
    }
    for cached in [true, false] {
        if !cached {
            disk.nothing_cached();
        }
        for backward in [false, true] {
            for from in 0..=42u64 {
                for size in [1, 7, 100] {
                    let mut read = StreamRead::new(stream("a")).size(PageSize::events(size));
                    read.from = Version::new(from);
                    read.backward = backward;
                    let page = store.read_stream(read).await.expect("a page");
                    let versions: Vec<u64> = page.iter().map(|event| event.version.get()).collect();
                    let mut expected: Vec<u64> = (1..=40).collect();
                    if backward {
                        expected.retain(|version| from == 0 || *version <= from);
                        expected.reverse();
                    } else {
                        expected.retain(|version| *version >= from);
                    }
                    assert_eq!(page.at_end(), expected.len() <= size);
                    expected.truncate(size);
                    assert_eq!(versions, expected, "from {from}, {size} at a time, backward {backward}");
                    assert!(
                        page.iter()
                            .all(|event| *event.stream == stream("a") && event.shared_metadata == b"{\"by\":1}")
                    );
                }
            }
        }
    }
    let page = store
        .read_stream(StreamRead::new(stream("absent")))
        .await
        .expect("an empty page");
    assert!(page.is_empty() && page.at_end());
    let heads = [stream("a"), stream("b"), stream("absent")].map(|id| store.0.shared.index().head(&id));
    assert_eq!(heads, [Version::new(40), Version::new(40), None]);
}

/// Rule 1.3: a batch over several streams is one, and a conflict in any part refuses the whole.
#[tokio::test]
async fn a_batch_over_streams_is_one() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let both = |a: Expected, b: Expected| {
        batch("a", a, vec![event(*b"1"), event(*b"2")]).part(stream("b"), b, vec![event(*b"3")])
    };
    let answer = store
        .append(both(Expected::NoStream, Expected::NoStream))
        .await
        .expect("a receipt");
    let versions: Vec<_> = answer
        .parts
        .iter()
        .map(|part| (part.first.get(), part.last.get()))
        .collect();
    assert_eq!(
        (versions, answer.first_position.get(), answer.last_position.get()),
        (vec![(1, 2), (1, 1)], 1, 3)
    );
    for (a, b) in [
        (exact(2), exact(2)),
        (exact(1), exact(1)),
        (exact(2), Expected::NoStream),
    ] {
        let conflict = store.append(both(a, b)).await.expect_err("one part does not fit");
        assert!(matches!(conflict, AppendError::Conflict { .. }), "{conflict}");
    }
    let seen = dump(&store).await;
    assert_eq!(append_ids(&seen), [answer.append]);
    assert_eq!(
        seen.iter().map(|event| (event.index, event.count)).collect::<Vec<_>>(),
        [(0, 3), (1, 3), (2, 3)]
    );
}

/// Dropping the last handle closes too, without waiting.
#[tokio::test]
async fn a_dropped_store_lets_go_of_its_lock() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    store
        .append(batch("a", Expected::Any, vec![event(*b"1")]))
        .await
        .expect("a receipt");
    let mut released = store.0.shared.released.subscribe();
    drop(store);
    let waited = tokio::time::timeout(Duration::from_secs(10), released.wait_for(|released| *released)).await;
    assert!(waited.is_ok_and(|released| released.is_ok()));
    let store: FileStore<SimDisk> = open(&disk).await.expect("nobody has it open");
    assert_eq!(store.recovery().previous_state, PreviousState::Clean);
}

/// The format numbers event types with 16 bits: when they are used up, new ones are refused and known ones go on.
#[tokio::test]
async fn numbers_of_event_types_run_out_honestly() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let named = |number: u32| NewEvent::new(format!("type.{number}"), 1, 1, *b"");
    let one_too_many = batch("a", Expected::Any, (0..65_521).map(named).collect());
    let refused = store.append(one_too_many).await.expect_err("one type too many");
    assert!(
        matches!(refused, AppendError::Refused(Refusal::Exhausted { .. })),
        "{refused}"
    );
    let all = batch("a", Expected::NoStream, (0..65_520).map(named).collect());
    store.append(all).await.expect("exactly as many as there are");
    let refused = store
        .append(batch("b", Expected::Any, vec![named(65_520)]))
        .await
        .expect_err("no number is left");
    assert!(
        matches!(refused, AppendError::Refused(Refusal::Exhausted { .. })),
        "{refused}"
    );
    // The next segment's header says that all are given.
    let known = |number| NewEvent {
        payload: vec![1; 120 << 10],
        ..named(number)
    };
    store
        .append(batch("b", Expected::NoStream, vec![known(7)]))
        .await
        .expect("a known type");
    store
        .append(batch("b", exact(1), vec![known(65_519)]))
        .await
        .expect("a known type");
    store.close().await;
    let store = open(&disk).await.expect("the same store");
    assert!(store.recovery().segments > 2);
    let page = store.read_stream(StreamRead::new(stream("b"))).await.expect("a page");
    assert!(page.iter().map(|event| event.name).eq(["type.7", "type.65519"]));
    let refused = store
        .append(batch("c", Expected::Any, vec![named(65_520)]))
        .await
        .expect_err("no number is left");
    assert!(
        matches!(refused, AppendError::Refused(Refusal::Exhausted { .. })),
        "{refused}"
    );
}

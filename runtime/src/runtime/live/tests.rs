//! The tables after use: nothing stays of streams that nobody uses.

use std::sync::Arc;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::runtime::live::{Found, Live};
use crate::runtime::state::{Reached, State, Unsaved};
use crate::store::StoreId;
use crate::stream::{Position, StreamId, Version};

const STORE: StoreId = StoreId {
    store: Uuid::nil(),
    epoch: 1,
};

fn stream(number: u64) -> StreamId {
    StreamId::new("case", &number.to_string()).expect("a plain name")
}

fn state(version: u64) -> State<u64> {
    State {
        state: Some(Arc::new(version)),
        reached: Some(Reached {
            version: Version::new(version).expect("not 0"),
            position: Position::new(version),
            recorded_at: Timestamp::from_micros(0),
            latest: Timestamp::from_micros(0),
        }),
        unsaved: Unsaved::default(),
    }
}

async fn used(live: &Arc<Live>, number: u64, version: u64) {
    let turn = live.turn(&stream(number)).await;
    let _before = turn.take::<u64>(STORE);
    let found = Found {
        state: state(version),
        is_contended: false,
    };
    turn.keep(&found, STORE, 0);
}

/// Streams come and go, and are used again: both tables stay as small as what is kept.
#[tokio::test]
async fn tables_do_not_grow() {
    let live = Arc::new(Live::new(8, usize::MAX));
    for version in 1..=20 {
        for number in 0..100 {
            used(&live, number, version).await;
        }
        for number in 0..4 {
            live.forget(&stream(number + 96), Version::new(version).expect("not 0"));
            live.offer(&stream(number), &state(version), STORE, 0);
        }
        let slots = live.lock();
        assert!(slots.streams.len() <= 8, "{} streams", slots.streams.len());
        assert!(slots.order.len() <= 2 * 8 + 17, "{} in line", slots.order.len());
        assert_eq!((slots.in_flight, slots.states.count), (0, slots.streams.len()));
    }
}

/// Without room for any state a stream is forgotten with its last user, also with one that never had its turn.
#[tokio::test]
async fn a_stream_is_forgotten_with_its_last_user() {
    let live = Arc::new(Live::new(0, 0));
    let one = stream(1);
    let first = live.turn(&one).await;
    let mut waiting = Box::pin(live.turn(&one));
    let waker = std::task::Waker::noop();
    assert!(
        waiting
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker))
            .is_pending()
    );
    assert_eq!(live.in_flight(), 2);
    drop(waiting);
    assert_eq!(live.in_flight(), 1);
    drop(first);
    used(&live, 1, 1).await;
    assert!(live.lock().streams.is_empty() && live.lock().order.is_empty());
}

/// What is older is not kept in the place of what is newer, and nothing is put where somebody is at work.
#[tokio::test]
async fn only_a_newer_state_is_taken() {
    let live = Arc::new(Live::new(8, usize::MAX));
    used(&live, 1, 5).await;
    live.offer(&stream(1), &state(4), STORE, 0);
    let version = |found: Option<Found<u64>>| found.and_then(|found| found.state.version()).map(Version::get);
    assert_eq!(version(live.peek(&stream(1), STORE)), Some(5));
    let turn = live.turn(&stream(1)).await;
    live.offer(&stream(1), &state(6), STORE, 0);
    assert_eq!(version(turn.take(STORE)), Some(5));
    assert_eq!(version(live.peek(&stream(1), STORE)), None, "it is out");
    drop(turn);
    live.offer(&stream(1), &state(6), STORE, 0);
    let other = StoreId { epoch: 2, ..STORE };
    assert_eq!(version(live.peek(&stream(1), other)), None, "it is of another epoch");
    assert_eq!(version(live.peek(&stream(1), STORE)), Some(6));
}

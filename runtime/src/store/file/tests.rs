//! Tests of the file store as a whole.

use crate::store::file::FileStore;
use crate::store::{Batch, EventStore, Expected, LogRead, NewEvent, StreamRead};
use crate::stream::{AppendId, StreamId};

pub(crate) fn batch(stream: &str, expected: Expected, payloads: &[&[u8]]) -> Batch {
    let events = payloads
        .iter()
        .map(|payload| NewEvent::new("thing.happened", 1, 1, *payload))
        .collect();
    let stream = StreamId::new("test", stream).expect("a name");
    Batch::new(AppendId::new(uuid::Uuid::now_v7())).part(stream, expected, events)
}

#[tokio::test]
async fn what_was_appended_is_there_after_reopening() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = FileStore::open(dir.path().join("a/b")).await.expect("a new store");
    for n in 0..10u8 {
        let receipt = store
            .append(batch("a", Expected::Any, &[&[n], b"x"]))
            .await
            .expect("a receipt");
        assert_eq!(receipt.last_position.get(), u64::from(n) * 2 + 2);
    }
    let before = store
        .read_log(LogRead::after(crate::Position::START))
        .await
        .expect("a page");
    assert_eq!(before.len(), 20);
    assert!(matches!(
        FileStore::open(dir.path().join("a/b")).await,
        Err(super::OpenError::Locked { .. })
    ));
    store.close().await;
    let store = FileStore::open(dir.path().join("a/b")).await.expect("the same store");
    assert!(store.recovery().is_clean(), "{:?}", store.recovery());
    println!("{:?}", store.recovery());
    let after = store
        .read_log(LogRead::after(crate::Position::START))
        .await
        .expect("a page");
    assert!(before.iter().eq(after.iter()));
    let back = store
        .read_stream(StreamRead::new(StreamId::new("test", "a").unwrap()).backward())
        .await
        .expect("a page");
    assert!(back.iter().rev().eq(after.iter()));
}

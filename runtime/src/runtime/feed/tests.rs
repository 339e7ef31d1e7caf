//! A feed on a memory store: where it begins, what it shares, and how it ends. The store's suite has the rest.

use std::sync::Arc;

use uuid::Uuid;

use super::{Feed, FeedError};
use crate::runtime::tail::{Look, Tail};
use crate::store::{AnyStore, Batch, EventStore, Expected, Filter, MemoryStore, NewEvent, ReadError};
use crate::stream::{AppendId, Position};

async fn append(store: &AnyStore, stream: &str, names: &[&'static str]) {
    let events = names.iter().map(|name| NewEvent::new(*name, 1, 1, "{}")).collect();
    let stream = stream.parse().expect("a stream's name");
    let batch = Batch::new(AppendId::new(Uuid::new_v4())).part(stream, Expected::Any, events);
    store.append(batch).await.expect("it is written");
}

fn tail() -> (AnyStore, Arc<Tail>) {
    let store = AnyStore::new(MemoryStore::new());
    (store.clone(), Arc::new(Tail::new(store)))
}

/// The positions of the next page, how far it goes, and whether it is at the end.
async fn page(feed: &mut Feed) -> (Vec<u64>, u64, bool) {
    let served = feed.next().await.expect("a page");
    let positions = served.events().map(|event| event.position.get()).collect();
    assert_eq!(served.scanned_through(), feed.position());
    (positions, served.scanned_through().get(), served.at_end())
}

/// Rules 7.2, 7.5: what is not asked for moves the position on all the same; the end is told once, then the feed waits.
#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_passed() {
    let (store, tail) = tail();
    let filter = Filter::default().categories(["account"]).without(["account.closed"]);
    let mut feed = Feed::new(Arc::clone(&tail), filter, Position::START);
    assert_eq!(page(&mut feed).await, (vec![], 0, true), "an empty log has an end too");
    append(
        &store,
        "account/1",
        &["account.opened", "account.closed", "account.renamed"],
    )
    .await;
    append(&store, "order/1", &["order.placed"]).await;
    assert_eq!(page(&mut feed).await, (vec![1, 3], 4, true));
    append(&store, "order/1", &["order.paid"]).await;
    assert_eq!(page(&mut feed).await, (vec![], 5, true));
    let waits = tokio::time::timeout(std::time::Duration::from_secs(3_600), feed.next()).await;
    assert!(
        waits.is_err(),
        "there is nothing more, and an hour of looking does not invent it"
    );
    append(&store, "account/2", &["account.opened"]).await;
    assert_eq!(
        page(&mut feed).await,
        (vec![6], 6, true),
        "a dropped call has served nothing"
    );
}

/// Rule 7.10: live readers share their pages, and what is kept for those behind is bounded.
#[tokio::test]
async fn pages_are_shared_and_bounded() {
    let store = AnyStore::new(MemoryStore::new());
    let tail = Arc::new(Tail::new(store.clone()).bytes(10_000));
    let mut feeds: Vec<Feed> = (0..3)
        .map(|_| Feed::new(Arc::clone(&tail), Filter::default(), Position::START))
        .collect();
    for feed in &mut feeds {
        assert_eq!(page(feed).await, (vec![], 0, true));
    }
    append(&store, "account/1", &["account.opened"]).await;
    let (first, rest) = feeds.split_first_mut().expect("three feeds");
    let served = first.next().await.expect("a page");
    for feed in rest {
        let same = feed.next().await.expect("a page");
        assert!(std::ptr::eq(served.page(), same.page()), "it was read once");
    }
    for _ in 0..200 {
        append(&store, "account/1", &["account.renamed"]).await;
        assert_eq!(page(first).await.0.len(), 1);
        assert!(tail.kept_bytes() <= 10_000);
    }
    assert!(
        matches!(tail.look(Position::new(1)), Look::Gone),
        "the one behind reads the store itself"
    );
    let (positions, through, _) = page(&mut feeds[1]).await;
    assert_eq!((positions, through), ((2..=201).collect(), 201));
}

/// Rule 7.7: a position that the log has not reached is never waited for. Rule 7.10: the end of the store is no end of the log.
#[tokio::test]
async fn ahead_and_closed() {
    let (store, tail) = tail();
    append(&store, "account/1", &["account.opened"]).await;
    let mut feed = Feed::new(Arc::clone(&tail), Filter::default(), Position::new(2));
    let error = feed.next().await.expect_err("the log has one event");
    assert!(matches!(error, FeedError::Ahead { head, .. } if head == 1), "{error}");
    let mut feed = Feed::new(tail, Filter::default(), Position::START);
    assert_eq!(page(&mut feed).await, (vec![1], 1, true));
    let ended = tokio::spawn(async move { feed.next().await });
    tokio::task::yield_now().await;
    store.close().await;
    let error = ended.await.expect("no panic").expect_err("it was closed");
    assert!(matches!(error, FeedError::Store { after, source: ReadError::Closed } if after == 1));
}

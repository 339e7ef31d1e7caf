//! Feeds for the cases: what consumers read by, on the store of a case, with words for where one ends.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::runtime::feed::{Feed, FeedError, Served};
use crate::runtime::tail::Tail;
use crate::store::conformance::bed::{Stop, Verdict, check};
use crate::store::conformance::kit::Seen;
use crate::store::{AnyStore, Committed, Filter, PageSize};
use crate::stream::Position;

/// How long a feed may wait for what is there: only a store that has failed comes near it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a feed of a case looks by itself.
const EVERY: Duration = Duration::from_millis(1);

impl From<FeedError> for Stop {
    fn from(error: FeedError) -> Self {
        Self::Failed(format!("a feed was expected to go on, and it answered {error:?}"))
    }
}

pub(super) fn tail(store: &AnyStore) -> Tail {
    Tail::new(store.clone()).every(EVERY)
}

/// A feed of its own.
pub(super) fn feed(store: &AnyStore, after: Position) -> Feed {
    Feed::new(Arc::new(tail(store)), Filter::default(), after)
}

/// What the future comes to, unless it takes far too long.
pub(super) async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> Result<T, Stop> {
    let output = tokio::time::timeout(PATIENCE, future).await;
    output.map_err(|_| Stop::failed(format!("{what}: nothing came of it within {PATIENCE:?}")))
}

pub(super) fn seen(served: &Served) -> Vec<Seen> {
    served.events().map(Seen::from).collect()
}

/// Takes pages until all of an append was served. No page may be larger than what is asked for.
pub(super) async fn follow(feed: &mut Feed, until: &Committed) -> Result<Vec<Seen>, Stop> {
    let mut all = Vec::new();
    while feed.position() < until.last_position {
        let after = feed.position();
        let what = format!(
            "position {} was committed, and a feed that stands at {after}",
            until.last_position
        );
        let served = in_time(&what, feed.next()).await??;
        is_bounded(&served)?;
        all.extend(seen(&served));
    }
    Ok(all)
}

fn is_bounded(served: &Served) -> Verdict {
    let (page, most) = (served.page(), PageSize::DEFAULT);
    let bytes: usize = page
        .iter()
        .map(|event| event.payload.len() + event.metadata.len())
        .sum();
    check!(
        page.len() <= 1 || (page.len() <= most.events && bytes <= most.bytes),
        "a page of {} events with {bytes} bytes was served, and {most:?} is the most",
        page.len()
    );
    Ok(())
}

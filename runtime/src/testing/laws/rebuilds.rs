//! The law of rebuilding: a view that is built anew from the log is the one that was fed event by event.

use std::fmt::Display;

use uuid::Uuid;

use crate::runtime::{ConsumerState, Runtime, View};
use crate::store::{Batch, EventStore, Expected, MemoryStore, NewEvent};
use crate::stream::AppendId;
use crate::testing::laws::Laws;
use crate::testing::laws::views::{Logged, Viewed, each, same};

/// The view that a runtime has fed event by event, whether or not somebody held what it showed, is the one that
/// [`rebuild`](crate::Runtime::rebuild) makes of the log. Two views are compared by their JSON.
///
/// # Panics
/// If it is another: what a view shows depends on when its events have come, on how often it was copied, or on something from elsewhere. Then
/// a rebuild after a release changes answers that nobody has changed.
#[track_caller]
pub fn view_rebuild_equals_live<P: Viewed>(laws: &Laws) {
    let waiting = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let waiting = waiting.unwrap_or_else(|error| panic!("{error}"));
    each::<P>(laws, "view_rebuild_equals_live", |log| {
        // A runtime shows two copies in turn, and makes a third one while somebody looks at the one that it would feed.
        let mut ways = [false, true].into_iter();
        ways.try_for_each(|is_looked_at| waiting.block_on(compare::<P>(log, is_looked_at)))
    });
}

async fn compare<P: Viewed>(log: &[Logged], is_looked_at: bool) -> Result<(), String> {
    let store = MemoryStore::new();
    let runtime = Runtime::builder().store(store.clone()).projection::<P>().start().await;
    let runtime = runtime.map_err(told("starting a runtime"))?;
    let mut held = Vec::new();
    for logged in log {
        if is_looked_at {
            held.push(shown::<P>(&runtime).await?);
        }
        let batch = Batch::new(AppendId::new(Uuid::from_u128(logged.meta.position.get().into())));
        let event = NewEvent::from(logged.event.clone());
        let batch = batch.part(logged.meta.stream.clone(), Expected::Any, vec![event]);
        store.append(batch).await.map_err(told("planting an event"))?;
        runtime.settle().await.map_err(told("feeding the view"))?;
    }
    let live = shown::<P>(&runtime).await?;
    runtime.rebuild(P::NAME).await.map_err(told("a rebuild"))?;
    loop {
        let status = runtime.status().await.map_err(told("the status"))?;
        match status.consumers.into_iter().find_map(|one| one.rebuilding) {
            None => break,
            Some((_, state @ ConsumerState::Stopped { .. })) => {
                return Err(format!("a rebuild has {state}"));
            }
            Some(_) => tokio::task::yield_now().await,
        }
    }
    let rebuilt = shown::<P>(&runtime).await?;
    let compared = same::<P>(
        &live,
        &rebuilt,
        "a view was fed event by event (-), then it was built anew from the log (+),",
    );
    drop((held, live, rebuilt));
    runtime.shutdown().await;
    compared
}

async fn shown<P: Viewed>(runtime: &Runtime) -> Result<View<P>, String> {
    runtime.view::<P>().await.map_err(told("looking at the view"))
}

fn told<E: Display>(what: &'static str) -> impl Fn(E) -> String {
    move |error| format!("{what} gave an error: {error}")
}

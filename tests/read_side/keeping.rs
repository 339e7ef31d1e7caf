//! What a projection keeps, and what it goes on from: after a restart, under another identity, beside another runner.

use std::error::Error;
use std::time::Duration;

use recount::store::{CheckpointStore, ConsumerName, LogRead};
use recount::{
    ConsumerState, EventStore, ManualClock, MemoryStore, NoView, Position, Runtime, StopReason, Timestamp, Token, View,
};
use tokio::time::sleep;

use crate::bank::*;

type Tested = Result<(), Box<dyn Error>>;

mod next {
    use crate::bank::*;

    balances!(
        /// The same view by another logic.
        Balances = "balances", mode = Mode::Async, on_error = OnError::Stop, rev = 1
    );
}

async fn bank<P: recount::Kept>(store: &MemoryStore) -> Runtime {
    let runtime = Runtime::builder()
        .store(store.clone())
        .aggregate::<Account>()
        .projection::<P>();
    runtime.start().await.expect("it starts")
}

async fn saved(store: &MemoryStore, name: &str) -> Option<(u64, usize)> {
    let saved = store
        .checkpoints()
        .load(&ConsumerName::new(name).expect("a name"))
        .await
        .expect("what is kept");
    saved.map(|saved| (saved.checkpoint.position().get(), saved.state.len()))
}

/// Rule 8.2: view and checkpoint are saved together, when nothing has come for a while and when the runtime is shut down; a restart goes
/// on from there and reads no event again.
#[tokio::test(start_paused = true)]
async fn it_goes_on_from_what_was_saved() -> Tested {
    let store = MemoryStore::new();
    for _ in 0..10 {
        plant(&store, "a", vec![paid(1)]).await;
    }
    let runtime = bank::<Balances>(&store).await;
    runtime.settle().await?;
    assert_eq!(saved(&store, "balances").await, None);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(saved(&store, "balances").await.map(|saved| saved.0), Some(10));
    plant(&store, "a", vec![paid(1)]).await;
    runtime.settle().await?;
    let view = runtime.view::<Balances>().await?;
    let again = runtime.view::<Balances>().await?;
    assert_eq!((view.balance("a"), again.positions.len()), (Some(11), 11));
    drop(runtime);
    tokio::task::yield_now().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(
        saved(&store, "balances").await.map(|saved| saved.0),
        Some(11),
        "whoever lets go of it saves it"
    );

    let runtime = bank::<Balances>(&store).await;
    plant(&store, "a", vec![paid(1)]).await;
    runtime.settle().await?;
    let view = runtime.view::<Balances>().await?;
    assert_eq!(view.positions, (1..=12).collect::<Vec<_>>(), "each once");
    Ok(())
}

/// Rule 8.7: another identity is never gone on with; it is built under its own checkpoint, and takes the place of the old one when it has
/// come as far. The old one stays until it is removed by name.
#[tokio::test(start_paused = true)]
async fn another_identity_is_built_beside() -> Tested {
    let store = MemoryStore::new();
    for _ in 0..2000 {
        plant(&store, "a", vec![paid(1)]).await;
    }
    let runtime = bank::<Balances>(&store).await;
    runtime.settle().await?;
    drop(runtime);
    sleep(Duration::from_millis(1)).await;
    let name = ConsumerName::new("balances")?;
    assert_eq!(store.checkpoints().live(&name).await?.generation, name);

    let runtime = bank::<next::Balances>(&store).await;
    let token = Token::new(store.identity(), store.head().await?);
    let view = runtime.view::<next::Balances>().after(token).await?;
    assert_eq!(
        view.positions.len(),
        2000,
        "all events, and not those of the old view again"
    );
    runtime.settle().await?;
    let live = store.checkpoints().live(&name).await?;
    assert_ne!(live.generation, name);
    assert_eq!(live.before.as_ref(), Some(&name));
    assert_eq!(
        saved(&store, "balances").await.map(|saved| saved.0),
        Some(2000),
        "the old one is as it was"
    );
    runtime.shutdown().await;
    Ok(())
}

/// Rule 8.7: a build that goes back to the old identity goes on with the old view, and with all that came since.
#[tokio::test(start_paused = true)]
async fn going_back_finds_the_old_view() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1)]).await;
    for _ in 0..3 {
        for is_next in [false, true] {
            plant(&store, "a", vec![paid(1)]).await;
            let runtime = if is_next {
                bank::<next::Balances>(&store).await
            } else {
                bank::<Balances>(&store).await
            };
            runtime.settle().await?;
            let positions = if is_next {
                runtime.view::<next::Balances>().await?.positions.clone()
            } else {
                runtime.view::<Balances>().await?.positions.clone()
            };
            let head = store.head().await?.get();
            assert_eq!(positions, (1..=head).collect::<Vec<_>>());
            drop(runtime);
            sleep(Duration::from_millis(1)).await;
        }
    }
    assert_eq!(
        store.checkpoints().consumers().await?.len(),
        2,
        "a generation for each identity, and no more"
    );
    Ok(())
}

/// Rules 7.7, 8.8: a checkpoint of another history stops the projection, and so does one that is ahead of the log.
#[tokio::test(start_paused = true)]
async fn another_history_is_not_gone_on_with() -> Tested {
    let clock = ManualClock::new(Timestamp::from_micros(0));
    let (store, other) = (MemoryStore::with_clock(clock.clone()), MemoryStore::with_clock(clock));
    plant(&store, "a", vec![paid(1), paid(2)]).await;
    plant(&other, "a", vec![paid(3)]).await;
    let (name, lease) = (ConsumerName::new("balances")?, Duration::from_secs(1));
    let runtime = bank::<Balances>(&store).await;
    runtime.settle().await?;
    drop(runtime);
    sleep(Duration::from_millis(1)).await;
    // What was kept of one store stands beside another.
    let kept = store.checkpoints().load(&name).await?.ok_or("it was saved")?;
    let lease = other.checkpoints().claim(&name, lease).await?;
    other.checkpoints().reset(&lease, kept).await?;
    other.checkpoints().release(&lease).await?;
    let runtime = bank::<Balances>(&other).await;
    let token = Token::new(other.identity(), other.head().await?);
    let answer = runtime.view::<Balances>().after(token).await.map(drop);
    assert!(
        matches!(
            answer,
            Err(NoView::Stopped {
                source: StopReason::Resume(_),
                ..
            })
        ),
        "{answer:?}"
    );
    // The named way back.
    runtime.reset("balances").await?;
    assert_eq!(runtime.view::<Balances>().after(token).await?.balance("a"), Some(3));
    Ok(())
}

/// Rules 7.6, 8.2: of two runners one holds the lease; the other waits for it, says so, shows nothing, and takes over when the first ends.
#[tokio::test(start_paused = true)]
async fn a_second_runner_waits() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1)]).await;
    let first = bank::<Balances>(&store).await;
    first.settle().await?;
    let second = bank::<Balances>(&store).await;
    sleep(Duration::from_millis(200)).await;
    let status = second.status().await?;
    assert!(
        matches!(status.consumers[0].state, ConsumerState::Retrying { .. }),
        "{}",
        status.consumers[0].state
    );
    let view = second.view::<Balances>().await?;
    assert_eq!(
        (View::position(&view).get(), &view.positions[..]),
        (0, &[][..]),
        "it is fed by nobody"
    );
    drop(view);
    let token = Token::new(store.identity(), Position::new(1));
    let answer = second
        .view::<Balances>()
        .after(token)
        .within(Duration::from_secs(1))
        .await;
    assert!(matches!(answer, Err(NoView::NotYet { .. })), "{answer:?}");
    drop(first);
    let committed = plant(&store, "a", vec![paid(2)]).await;
    let token = Token::new(store.identity(), committed.last_position);
    let view = second
        .view::<Balances>()
        .after(token)
        .within(Duration::from_secs(60))
        .await?;
    assert_eq!(view.positions, [1, 2], "it goes on where the first was");
    drop(second);
    Ok(())
}

/// Rules 5.4, 8.3: pages that end within an append, and appends that are larger than a page.
#[tokio::test(start_paused = true)]
async fn appends_larger_than_a_page() -> Tested {
    let store = MemoryStore::new();
    for events in [1, 700, 3, 2000, 511, 2] {
        plant(&store, "a", (0..events).map(|_| paid(1)).collect()).await;
    }
    let page = store.read_log(LogRead::after(Position::START)).await?;
    assert!(!page.at_end());
    let runtime = bank::<Balances>(&store).await;
    runtime.settle().await?;
    let view = runtime.view::<Balances>().await?;
    assert_eq!(view.positions, (1..=3217).collect::<Vec<_>>());
    Ok(())
}

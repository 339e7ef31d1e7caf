//! A view that is built anew beside the one that is shown.

use std::error::Error;
use std::time::Duration;

use recount::store::{CheckpointStore, ConsumerName};
use recount::{EventStore, MemoryStore, Position, Runtime, Token, VerbError, View};
use tokio::time::sleep;

use crate::bank::*;

type Tested = Result<(), Box<dyn Error>>;

async fn bank(store: &MemoryStore) -> Runtime {
    let runtime = Runtime::builder()
        .store(store.clone())
        .aggregate::<Account>()
        .projection::<Balances>();
    runtime.start().await.expect("it starts")
}

async fn live(store: &MemoryStore) -> String {
    let name = ConsumerName::new("balances").expect("a name");
    store
        .checkpoints()
        .live(&name)
        .await
        .expect("a generation")
        .generation
        .into()
}

/// Until the view that is built beside has taken its place.
async fn rebuilt(runtime: &Runtime) -> Tested {
    while runtime.status().await?.consumers[0].rebuilding.is_some() {
        sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Rule 8.7: the view that is shown goes on while another is built; queries never see less than before, tokens stay good across the switch,
/// and events that are written in between are in both.
#[tokio::test(start_paused = true)]
async fn shown_until_the_other_has_come_as_far() -> Tested {
    let store = MemoryStore::new();
    for _ in 0..3000 {
        plant(&store, "a", vec![paid(1)]).await;
    }
    let runtime = bank(&store).await;
    runtime.settle().await?;
    for round in 1..=3 {
        let before = live(&store).await;
        runtime.rebuild("balances").await?;
        assert!(matches!(runtime.rebuild("balances").await, Err(VerbError::Busy { .. })));
        let mut last = 0;
        while runtime.status().await?.consumers[0].rebuilding.is_some() {
            let committed = plant(&store, "a", vec![paid(1)]).await;
            let token = Token::new(store.identity(), committed.last_position);
            let view = runtime.view::<Balances>().after(token).await?;
            let seen = View::position(&view).get();
            assert!(seen >= last && seen >= committed.last_position.get(), "round {round}");
            assert_eq!(
                view.positions,
                (1..=seen).collect::<Vec<_>>(),
                "round {round}: each once"
            );
            last = seen;
        }
        assert!(last > 3000, "it was looked at meanwhile");
        assert_ne!(live(&store).await, before, "another generation is live");
        runtime.settle().await?;
    }
    drop(runtime);
    sleep(Duration::from_millis(1)).await;
    // A restart goes on with the one that is live by now.
    let generation = live(&store).await;
    let runtime = bank(&store).await;
    runtime.settle().await?;
    let head = store.head().await?.get();
    assert_eq!(
        runtime.view::<Balances>().await?.positions,
        (1..=head).collect::<Vec<_>>()
    );
    assert_eq!(live(&store).await, generation);
    Ok(())
}

/// Rule 8.7: on an empty store it ends at once.
#[tokio::test(start_paused = true)]
async fn of_nothing() -> Tested {
    let store = MemoryStore::new();
    let runtime = bank(&store).await;
    runtime.settle().await?;
    runtime.rebuild("balances").await?;
    rebuilt(&runtime).await?;
    plant(&store, "a", vec![paid(1)]).await;
    runtime.settle().await?;
    assert_eq!(runtime.view::<Balances>().await?.balance("a"), Some(1));
    Ok(())
}

/// Rules 8.6, 8.7: an event that fails stops a rebuild, and not what is shown; a waiver lets it pass.
#[tokio::test(start_paused = true)]
async fn an_error_stops_it_and_not_what_is_shown() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store).await;
    plant(&store, "a", vec![paid(POISON)]).await;
    plant(&store, "a", vec![paid(2)]).await;
    assert!(runtime.settle().await.is_err());
    let shown = live(&store).await;
    runtime.rebuild("balances").await?;
    sleep(Duration::from_secs(1)).await;
    let status = runtime.status().await?;
    let (position, state) = status.consumers[0].rebuilding.clone().ok_or("it is not there")?;
    assert_eq!(position, Some(Position::new(1)));
    assert!(state.to_string().starts_with("stopped"), "{state}");
    assert_eq!(live(&store).await, shown);
    assert_eq!(runtime.view::<Balances>().await?.balance("a"), Some(1));
    runtime.waive("balances", Position::new(2), "a test's", "ada").await?;
    runtime.settle().await?;
    assert_eq!(runtime.view::<Balances>().await?.balance("a"), Some(3));
    runtime.rebuild("balances").await?;
    rebuilt(&runtime).await?;
    assert_ne!(live(&store).await, shown, "a rebuild honours the waiver");
    assert_eq!(runtime.view::<Balances>().await?.positions, [1, 3]);
    Ok(())
}

/// Rule 8.7: a switch is undone until the view before is removed by name.
#[tokio::test(start_paused = true)]
async fn undone_until_it_is_dropped() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store).await;
    runtime.settle().await?;
    let first = live(&store).await;
    assert!(runtime.undo_rebuild("balances").await.is_err(), "nothing was before");
    runtime.rebuild("balances").await?;
    rebuilt(&runtime).await?;
    let second = live(&store).await;
    plant(&store, "a", vec![paid(2)]).await;
    runtime.settle().await?;
    runtime.undo_rebuild("balances").await?;
    rebuilt(&runtime).await?;
    assert_eq!(live(&store).await, first);
    plant(&store, "a", vec![paid(3)]).await;
    runtime.settle().await?;
    assert_eq!(
        runtime.view::<Balances>().await?.positions,
        [1, 2, 3],
        "all that came since, each once"
    );
    runtime.drop_view(&second).await?;
    assert!(runtime.undo_rebuild("balances").await.is_err(), "it was removed");
    assert!(runtime.drop_view(&first).await.is_err(), "it is shown");
    Ok(())
}

/// Rule 8.7: what answers queries is not dropped, also if nobody feeds it any more, and what is to be waived and redriven of it stays.
#[tokio::test(start_paused = true)]
async fn a_stopped_view_is_not_dropped() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = bank(&store).await;
    runtime.settle().await?;
    let first = live(&store).await;
    runtime.rebuild("balances").await?;
    rebuilt(&runtime).await?;
    let second = live(&store).await;
    runtime.drop_view(&first).await?;
    plant(&store, "a", vec![paid(POISON)]).await;
    assert!(runtime.settle().await.is_err());
    // Until it has given its lease back.
    let (checkpoints, name) = (store.checkpoints(), ConsumerName::new(&second)?);
    let lease = loop {
        match checkpoints.claim(&name, Duration::from_secs(1)).await {
            Ok(lease) => break lease,
            Err(_) => sleep(Duration::from_millis(1)).await,
        }
    };
    checkpoints.release(&lease).await?;
    let refused = runtime.drop_view(&second).await;
    assert!(matches!(refused, Err(VerbError::Failed(_))), "{refused:?}");
    assert_eq!(live(&store).await, second);
    Ok(())
}

/// Rules 8.7, 11.3: while another view is built, what is waited for is the one that answers, and it is always at the end then.
#[tokio::test(start_paused = true)]
async fn settled_is_what_answers() -> Tested {
    let store = MemoryStore::new();
    for _ in 0..3000 {
        plant(&store, "a", vec![paid(1)]).await;
    }
    let runtime = bank(&store).await;
    runtime.settle().await?;
    for is_undo in [false, true] {
        if is_undo {
            runtime.undo_rebuild("balances").await?;
        } else {
            runtime.rebuild("balances").await?;
        }
        let mut times = 0;
        while runtime.status().await?.consumers[0].rebuilding.is_some() {
            plant(&store, "a", vec![paid(1)]).await;
            runtime.settle().await?;
            let head = store.head().await?;
            assert_eq!(View::position(&runtime.view::<Balances>().await?), head);
            times += 1;
        }
        assert!(times > 0, "it does not wait for what is built");
    }
    Ok(())
}

/// Rule 8.7: while a view is being built nothing is undone, not even by half.
#[tokio::test(start_paused = true)]
async fn nothing_is_undone_meanwhile() -> Tested {
    let store = MemoryStore::new();
    for _ in 0..3000 {
        plant(&store, "a", vec![paid(1)]).await;
    }
    let runtime = bank(&store).await;
    runtime.settle().await?;
    runtime.rebuild("balances").await?;
    rebuilt(&runtime).await?;
    let shown = live(&store).await;
    runtime.rebuild("balances").await?;
    let undone = runtime.undo_rebuild("balances").await;
    assert!(matches!(undone, Err(VerbError::Busy { .. })), "{undone:?}");
    assert_eq!(live(&store).await, shown);
    Ok(())
}

//! Looking at a view: what it shows, from when on, and what it answers instead.

use std::error::Error;
use std::time::Duration;

use recount::store::StoreId;
use recount::{ConsumerState, MemoryStore, NoView, Position, Runtime, StopReason, Token, View};
use uuid::Uuid;

use crate::bank::*;

type Tested = Result<(), Box<dyn Error>>;

balances!(
    /// The answer to a command waits for it.
    Inline = "inline", mode = Mode::Inline, on_error = OnError::Stop, rev = 0
);

async fn bank(store: &MemoryStore) -> Runtime {
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime.projection::<Balances>().projection::<Inline>();
    runtime.start().await.expect("it starts")
}

/// Rule 8.8: whoever has a receipt sees its write; the token is a value that can be handed on.
#[tokio::test(start_paused = true)]
async fn a_receipt_is_seen() -> Tested {
    let runtime = bank(&MemoryStore::new()).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    for amount in 1..=20 {
        let receipt = runtime.execute("a", Deposit { amount }).await?;
        let view = runtime.view::<Balances>().after(&receipt).await?;
        assert_eq!(view.balance("a"), Some((1..=amount).sum()));
        assert_eq!(Some(View::position(&view)), receipt.position());
        let token: Token = serde_json::from_str(&serde_json::to_string(&Token::from(&receipt))?)?;
        assert_eq!(
            runtime.view::<Balances>().after(token).await?.balance("a"),
            view.balance("a")
        );
    }
    Ok(())
}

/// Rules 7.5, 8.8: the wait also ends where the write is none that the view asks for, and where nothing was written.
#[tokio::test(start_paused = true)]
async fn a_write_that_no_view_asks_for_is_seen() -> Tested {
    let runtime = bank(&MemoryStore::new()).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    let receipt = runtime.execute("a", Rename { owner: "Eda".into() }).await?;
    let view = runtime.view::<Balances>().after(&receipt).await?;
    assert_eq!((View::position(&view).get(), view.positions.len()), (2, 0));
    Ok(())
}

/// Rule 8.8: a token of another store is no token here; one ahead of the log is waited for, and no longer than is allowed.
#[tokio::test(start_paused = true)]
async fn typed_answers() -> Tested {
    let store = MemoryStore::new();
    let runtime = bank(&store).await;
    let receipt = runtime.execute("a", Open { owner: "Ada".into() }).await?;
    let here = receipt.store.ok_or("it was written")?;

    let foreign = Token::new(StoreId::new(Uuid::new_v4(), here.epoch), Position::new(1));
    let answer = runtime.view::<Balances>().after(foreign).await.map(drop);
    assert!(matches!(answer, Err(NoView::HistoryMismatch { .. })), "{answer:?}");
    let restored = Token::new(StoreId::new(here.store, here.epoch + 1), Position::new(1));
    let answer = runtime.view::<Balances>().after(restored).await.map(drop);
    assert!(matches!(answer, Err(NoView::HistoryMismatch { .. })), "{answer:?}");

    let ahead = Token::new(here, Position::new(7));
    let began = tokio::time::Instant::now();
    let answer = runtime
        .view::<Balances>()
        .after(ahead)
        .within(Duration::from_secs(3))
        .await
        .map(drop);
    assert!(
        matches!(answer, Err(NoView::NotYet { asked, reached, .. }) if asked == 7 && reached == 1),
        "{answer:?}"
    );
    assert_eq!(began.elapsed().as_secs(), 3, "of virtual time");

    let other = Runtime::builder().store(MemoryStore::new()).start().await?;
    let answer = other.view::<Balances>().await.map(drop);
    assert!(
        matches!(
            answer,
            Err(NoView::NotRegistered {
                projection: "balances",
                ..
            })
        ),
        "{answer:?}"
    );
    let refused = answer.expect_err("it is not there").to_string();
    assert!(
        refused.contains("add `.projection::<read_side::bank::Balances>()`"),
        "{refused}"
    );
    let refused = other
        .view::<crate::tables::Balances>()
        .await
        .expect_err("it is not there");
    let refused = refused.to_string();
    assert!(
        refused.contains("add `.projection_in::<read_side::tables::Balances>(database)`"),
        "{refused}"
    );
    Ok(())
}

/// Rule 8.10: a view that is held stays as it is, whoever writes, and looking blocks nobody.
#[tokio::test(start_paused = true)]
async fn a_held_view_stays() -> Tested {
    let runtime = bank(&MemoryStore::new()).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    let mut held = Vec::new();
    for amount in 1..=10 {
        let receipt = runtime.execute("a", Deposit { amount }).await?;
        held.push((runtime.view::<Balances>().after(&receipt).await?, amount));
    }
    for (view, amount) in held {
        assert_eq!(view.balance("a"), Some((1..=amount).sum()));
        assert_eq!(view.positions.len() as u64, amount, "nothing is handed over twice");
    }
    Ok(())
}

/// An answer to a command waits for an inline view, and for no other.
#[tokio::test(start_paused = true)]
async fn an_inline_view_is_there_with_the_answer() -> Tested {
    let runtime = bank(&MemoryStore::new()).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    for amount in 1..=10 {
        runtime.execute("a", Deposit { amount }).await?;
        assert_eq!(runtime.view::<Inline>().await?.balance("a"), Some((1..=amount).sum()));
    }
    let tx = runtime.transaction().execute("a", Deposit { amount: 45 }).await?;
    tx.commit().await?;
    assert_eq!(runtime.view::<Inline>().await?.balance("a"), Some(100));
    Ok(())
}

/// Rules 4.11, 8.4, 8.9: a handler that panics stops its projection, and no command, no other projection and no look at what it showed before. Its lag
/// grows.
#[tokio::test(start_paused = true)]
async fn a_stopped_view_still_answers() -> Tested {
    let runtime = bank(&MemoryStore::new()).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    runtime.execute("a", Deposit { amount: 1 }).await?;
    let poison = runtime.execute("a", Deposit { amount: POISON }).await?;
    let after = runtime.execute("a", Deposit { amount: 2 }).await?;
    for receipt in [&poison, &after] {
        let answer = runtime.view::<Inline>().after(receipt).await.map(drop);
        let Err(NoView::Stopped {
            reached,
            source: StopReason::Failed { position, .. },
            ..
        }) = answer
        else {
            return Err(format!("{answer:?}").into());
        };
        assert_eq!((reached.get(), position.get()), (2, 3));
    }
    assert_eq!(runtime.view::<Inline>().await?.balance("a"), Some(1));
    let behind = |status: recount::Status| {
        status
            .consumers
            .iter()
            .map(|one| (one.state.clone(), one.behind))
            .next_back()
    };
    let (state, lag) = behind(runtime.status().await?).ok_or("two projections")?;
    assert!(matches!(state, ConsumerState::Stopped { .. }), "{state}");
    runtime.execute("a", Deposit { amount: 2 }).await?;
    let (_, more) = behind(runtime.status().await?).ok_or("two projections")?;
    assert_eq!((lag, more), (Some(2), Some(3)));
    Ok(())
}

/// Rule 8.3: a query sees all events of a decision or none.
#[tokio::test(start_paused = true)]
async fn no_half_decision_is_seen() -> Tested {
    let store = MemoryStore::new();
    let runtime = bank(&store).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    let watching = tokio::spawn({
        let runtime = runtime.clone();
        async move {
            let (mut looks, mut last) = (0, 0);
            while last < 4001 && looks < 1_000_000 {
                let view = runtime.view::<Balances>().await.expect("a view");
                // Each decision pays in and out at once.
                assert_eq!(view.balance("a").unwrap_or(0), 0, "at {}", View::position(&view));
                last = View::position(&view).get();
                looks += 1;
                tokio::task::yield_now().await;
            }
            looks
        }
    });
    for amount in 1..=2000 {
        runtime
            .execute(
                "a",
                Pass {
                    amount: POISON + amount,
                },
            )
            .await?;
    }
    assert!(watching.await? > 0);
    Ok(())
}

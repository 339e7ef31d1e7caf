//! Events that cannot be handled: what stops, what is set aside, what goes on, and the ways out.

use std::error::Error;

use recount::store::{CheckpointStore, ConsumerName};
use recount::{ConsumerState, EventStore, MemoryStore, NoView, Position, Runtime, Token, VerbError};

use crate::bank::*;

type Tested = Result<(), Box<dyn Error>>;

balances!(
    /// Sets aside what it cannot handle.
    Parking = "parking", mode = Mode::Async, on_error = OnError::Park { max: 5 }, rev = 0
);

/// Handles what was paid in in the order of who it was for, and what was paid out in the order of the account.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(name = "by-owner", reads(Account), on_error = park(max = 5))]
pub struct ByOwner {
    by_owner: BTreeMap<String, u64>,
}

#[recount::handlers]
impl ByOwner {
    #[on(key = &event.owner)]
    fn opened(&mut self, event: &Opened) {
        assert_ne!(event.owner, "poison", "no owner");
        *self.by_owner.entry(event.owner.clone()).or_default() += 1;
    }

    #[on]
    fn deposited(&mut self, event: &Deposited, meta: &Meta) {
        *self.by_owner.entry(meta.id().to_owned()).or_default() += event.amount;
    }
}

async fn bank(store: &MemoryStore) -> Runtime {
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime.projection::<Balances>().projection::<Parking>();
    runtime.start().await.expect("it starts")
}

async fn token(store: &MemoryStore) -> Token {
    Token::new(store.identity(), store.head().await.expect("a head"))
}

/// Whether a projection has come to the end of the log, or why it does not.
async fn parking(runtime: &Runtime, store: &MemoryStore) -> Result<recount::View<Parking>, NoView> {
    let head = store.head().await.expect("a head");
    match runtime
        .view::<Parking>()
        .after(Token::new(store.identity(), Position::new(head.get())))
        .await
    {
        // The last event is one of those that are set aside.
        Err(NoView::Parked { .. }) => runtime.view::<Parking>().await,
        other => other,
    }
}

/// Rule 8.4: one poison key among a hundred is set aside with all that comes behind it, and no other key notices.
#[tokio::test(start_paused = true)]
async fn one_poison_key_among_a_hundred() -> Tested {
    let store = MemoryStore::new();
    for round in 0..3 {
        for account in 0..100 {
            let amount = if account == 42 && round == 1 { POISON } else { 1 };
            plant(&store, &account.to_string(), vec![paid(amount)]).await;
        }
    }
    let runtime = bank(&store).await;
    let view = parking(&runtime, &store).await?;
    for account in 0..100 {
        let expected = if account == 42 { 1 } else { 3 };
        assert_eq!(view.balance(&account.to_string()), Some(expected), "account {account}");
    }
    let status = runtime.status().await?;
    assert_eq!(status.consumers[1].parked, ["account/42"]);
    assert_eq!(status.consumers[1].state, ConsumerState::Live);
    let letters = runtime.dead_letters("parking", None).await?;
    let found: Vec<_> = letters
        .iter()
        .map(|letter| (letter.key.as_str(), letter.event.position.get()))
        .collect();
    // They are kept with the checkpoint that passes them, and not before; so the list waits for a save.
    assert!(
        found.is_empty() || found == [("account/42", 143), ("account/42", 243)],
        "{found:?}"
    );
    // The one that stops has stopped.
    let answer = runtime.view::<Balances>().after(token(&store).await).await.map(drop);
    assert!(
        matches!(answer, Err(NoView::Stopped { reached, .. }) if reached == 142),
        "{answer:?}"
    );
    Ok(())
}

/// Rule 8.4: an event that cannot be read has no key where the key stands in it, so nobody knows what has to wait behind it.
#[tokio::test(start_paused = true)]
async fn what_has_an_unread_key_stops_it() -> Tested {
    let store = MemoryStore::new();
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime.projection::<ByOwner>().start().await?;
    // What can be read is set aside under its key, and what has no key of its own under its stream.
    plant(&store, "a", vec![stored(&Opened { owner: "poison".into() })]).await;
    plant(
        &store,
        "b",
        vec![raw("account.deposited", 1, 1, r#"{"amount":"much"}"#)],
    )
    .await;
    plant(&store, "c", vec![stored(&Opened { owner: "Ada".into() })]).await;
    runtime.settle().await?;
    assert_eq!(runtime.status().await?.consumers[0].parked, ["account/b", "poison"]);
    plant(&store, "d", vec![raw("account.opened", 1, 1, r#"{"owner":1}"#)]).await;
    let refused = runtime.settle().await.expect_err("it stops").to_string();
    assert!(
        refused.starts_with("`by-owner` does not reach position 4: stopped"),
        "{refused}"
    );
    assert_eq!(
        runtime.view::<ByOwner>().await?.by_owner,
        BTreeMap::from([("Ada".to_owned(), 1)])
    );
    Ok(())
}

/// Rule 8.8: a write whose event is set aside is answered as such.
#[tokio::test(start_paused = true)]
async fn a_parked_write_is_told() -> Tested {
    let store = MemoryStore::new();
    let runtime = bank(&store).await;
    runtime.execute("a", Open { owner: "Ada".into() }).await?;
    let poison = runtime.execute("a", Deposit { amount: POISON }).await?;
    let behind = runtime.execute("a", Deposit { amount: 1 }).await?;
    for receipt in [&poison, &behind] {
        let answer = runtime.view::<Parking>().after(receipt).await.map(drop);
        let position = receipt.position().ok_or("it was written")?;
        assert!(
            matches!(answer, Err(NoView::Parked { position: at, .. }) if at == position),
            "{answer:?}"
        );
    }
    Ok(())
}

/// Rule 8.4: at the bound the projection stops, before the event that would be one too many.
#[tokio::test(start_paused = true)]
async fn at_the_bound_it_stops() -> Tested {
    let store = MemoryStore::new();
    for account in 0..10 {
        plant(&store, &account.to_string(), vec![paid(1)]).await;
        plant(&store, &account.to_string(), vec![paid(POISON)]).await;
    }
    let runtime = bank(&store).await;
    let answer = parking(&runtime, &store).await.map(drop);
    let Err(NoView::Stopped { reached, source, .. }) = answer else {
        return Err(format!("{answer:?}").into());
    };
    assert_eq!(reached.get(), 11, "five are set aside, the sixth is event 12");
    assert!(source.to_string().starts_with("5 events are set aside"), "{source}");
    Ok(())
}

/// Rules 5.3, 8.5: what was set aside goes through today's decoder, key by key, in order; what arrives meanwhile keeps its place.
#[tokio::test(start_paused = true)]
async fn redriven_in_order() -> Tested {
    let store = MemoryStore::new();
    let runtime = bank(&store).await;
    plant(&store, "a", vec![paid(1)]).await;
    plant(
        &store,
        "a",
        vec![raw("account.deposited", 1, 1, r#"{"amount":"much"}"#)],
    )
    .await;
    plant(&store, "a", vec![paid(2)]).await;
    plant(&store, "b", vec![paid(3)]).await;
    parking(&runtime, &store).await?;
    // It cannot be read today either: all of the key stays where it is.
    let redriven = runtime.redrive("parking").await?;
    assert_eq!(redriven.done, 0);
    assert_eq!(redriven.failed.len(), 1);
    let letters = runtime.dead_letters("parking", Some("account/a")).await?;
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].event.payload, br#"{"amount":"much"}"#, "byte for byte");
    let shown = format!("{:?}", letters[0]);
    assert!(shown.contains(r#"payload: {"amount":"much"} }"#), "{shown}");
    // A person lets it pass: what stood behind it is handled, and what comes next is as usual.
    runtime
        .waive("parking", Position::new(2), "the amount is lost", "ada")
        .await?;
    plant(&store, "a", vec![paid(4)]).await;
    let redriven = runtime.redrive_key("parking", "account/a").await?;
    assert!(redriven.failed.is_empty(), "{redriven:?}");
    parking(&runtime, &store).await?;
    runtime.redrive("parking").await?;
    plant(&store, "a", vec![paid(5)]).await;
    let view = parking(&runtime, &store).await?;
    assert_eq!(view.balance("a"), Some(1 + 2 + 4 + 5));
    let of_a: Vec<_> = view
        .positions
        .iter()
        .filter(|position| **position != 4)
        .copied()
        .collect();
    assert_eq!(of_a, [1, 3, 5, 6], "in order, and each once");
    assert!(runtime.dead_letters("parking", None).await?.is_empty());
    Ok(())
}

/// Rule 8.6: a recorded waiver is the only way past an event, and a rebuild honours it.
#[tokio::test(start_paused = true)]
async fn a_waiver_lets_it_pass() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1)]).await;
    plant(&store, "a", vec![paid(POISON)]).await;
    plant(&store, "a", vec![paid(2)]).await;
    let runtime = bank(&store).await;
    let answer = runtime.view::<Balances>().after(token(&store).await).await.map(drop);
    assert!(matches!(answer, Err(NoView::Stopped { .. })), "{answer:?}");
    // Starting it again helps nothing.
    runtime.restart("balances").await?;
    assert!(runtime.settle().await.is_err());
    runtime
        .waive("balances", Position::new(2), "a test's poison", "ada")
        .await?;
    let view = runtime.view::<Balances>().after(token(&store).await).await?;
    assert_eq!(view.balance("a"), Some(3));
    runtime.reset("balances").await?;
    let view = runtime.view::<Balances>().after(token(&store).await).await?;
    assert_eq!((view.balance("a"), view.positions.clone()), (Some(3), vec![1, 3]));
    Ok(())
}

/// Rule 8.6: a waiver is for an event. A mistyped position is told, and nothing is recorded that a later event could meet.
#[tokio::test(start_paused = true)]
async fn a_waiver_of_no_event_is_refused() -> Tested {
    let store = MemoryStore::new();
    let renamed = stored(&Renamed { owner: "Eve".into() });
    plant(&store, "a", vec![paid(1), renamed, paid(POISON)]).await;
    let runtime = bank(&store).await;
    assert!(runtime.settle().await.is_err());
    // Before the first, one that no view needs, and behind the last.
    for position in [0, 2, 4, 99] {
        let position = Position::new(position);
        let refused = runtime.waive("balances", position, "a typo", "ada").await;
        let is_told = |error: &VerbError| matches!(error, VerbError::NoEvent { position: at, .. } if *at == position);
        assert!(refused.as_ref().is_err_and(is_told), "{refused:?}");
    }
    let consumers = store.checkpoints();
    assert!(consumers.waivers(&ConsumerName::new("balances")?).await?.is_empty());
    assert!(runtime.settle().await.is_err(), "it stands where it stood");
    runtime.waive("balances", Position::new(3), "a test's", "ada").await?;
    runtime.settle().await?;
    Ok(())
}

/// Rules 5.6, 7.8: an event that only a newer build knows holds the projection; nothing is skipped, and it says so.
#[tokio::test(start_paused = true)]
async fn an_unknown_name_holds() -> Tested {
    for unknown in [
        raw("account.frozen", 1, 1, "{}"),
        raw("account.deposited", 9, 9, r#"{"amount":1}"#),
    ] {
        let store = MemoryStore::new();
        let runtime = bank(&store).await;
        plant(&store, "a", vec![paid(1)]).await;
        plant(&store, "a", vec![unknown]).await;
        plant(&store, "a", vec![paid(2)]).await;
        let refused = runtime.settle().await.expect_err("it holds").to_string();
        assert!(refused.contains("holding"), "{refused}");
        let status = runtime.status().await?;
        for consumer in &status.consumers {
            assert!(
                matches!(consumer.state, ConsumerState::Holding { .. }),
                "{}",
                consumer.state
            );
            assert_eq!(consumer.position, Some(Position::new(1)));
            assert!(consumer.oldest_open.is_some());
        }
        assert_eq!(runtime.view::<Balances>().await?.balance("a"), Some(1));
    }
    Ok(())
}

/// Rule 11.3: it returns when all have come to the end, those included that set events aside, and names the one that cannot.
#[tokio::test(start_paused = true)]
async fn settling() -> Tested {
    let store = MemoryStore::new();
    let runtime = bank(&store).await;
    runtime.settle().await?;
    plant(&store, "a", vec![paid(1), paid(2)]).await;
    runtime.settle().await?;
    assert_eq!(runtime.view::<Balances>().await?.balance("a"), Some(3));
    plant(&store, "a", vec![paid(POISON)]).await;
    // One stops there, and the other sets it aside.
    let refused = runtime.settle().await.expect_err("one has stopped").to_string();
    assert!(
        refused.starts_with("`balances` does not reach position 3: stopped"),
        "{refused}"
    );
    assert_eq!(runtime.status().await?.consumers[1].position, Some(Position::new(3)));
    runtime.waive("balances", Position::new(3), "a test's", "ada").await?;
    runtime.settle().await?;
    plant(&store, "b", vec![raw("account.frozen", 1, 1, "{}")]).await;
    let refused = runtime.settle().await.expect_err("both hold").to_string();
    assert!(refused.contains("position 4: holding"), "{refused}");
    Ok(())
}

//! Retired events: folded for ever, and never written.

use recount::testing::{given_stored, stored};
use recount::{BadDecision, EncodeError, EventSet, ExecuteError, IntoEvents, MemoryStore};

use crate::account::{Account, AccountEvent, LimitRaised, Open, RaiseLimit, on};

/// Nothing is appended, and the caller is told which event it was.
#[tokio::test]
async fn a_retired_event_is_not_written() {
    let runtime = on(MemoryStore::new()).await;
    runtime
        .execute("a", Open { owner: "Ada".into() })
        .await
        .expect("created");
    match runtime.execute("a", RaiseLimit { limit: 1 }).await {
        Err(ExecuteError::BadDecision(BadDecision::Encode(EncodeError::Frozen { name }))) => {
            assert_eq!(name, "account.limit_raised");
        }
        other => panic!("{other:?}"),
    }
    let state = runtime.load::<Account>("a").await.expect("readable").expect("there");
    assert_eq!(state.folded.len(), 1);
}

#[test]
fn a_retired_event_does_not_encode() {
    let retired = AccountEvent::from(LimitRaised { limit: 1 });
    assert_eq!(
        retired.encode().expect_err("only read").to_string(),
        "`account.limit_raised` is only read, and never written"
    );
}

/// The model does not list it among what a command can decide.
#[test]
fn a_retired_event_is_no_outcome() {
    let emitted = <AccountEvent as IntoEvents<AccountEvent>>::EVENTS.entries();
    assert_eq!(
        emitted,
        [
            &"account.opened",
            &"account.deposited",
            &"account.name_changed",
            &"account.email_changed"
        ]
    );
}

/// A test of the domain gives it as it is stored.
#[test]
fn a_retired_event_can_be_given() {
    let _ = given_stored::<Account>([
        stored("account.opened", 1, r#"{"owner":"Ada"}"#),
        stored("account.limit_raised", 1, r#"{"limit":5}"#),
    ])
    .when(crate::account::Deposit { amount: 1 })
    .then_state(|account| assert!(account.folded.contains(&LimitRaised { limit: 5 }.into())));
}

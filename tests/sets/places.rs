//! Old events in every place of a stream: first, in the middle, last, and a thousand in a row.

use recount::store::NewEvent;
use recount::{ExecuteError, Loaded, MemoryStore, Version};

use crate::account::{Account, AccountEvent, Deposit, LimitRaised, Open, deposited, moved, on, opened, renamed};
use crate::planted::{newer, plant, raw};
use crate::readers::{Old, everywhere};

fn old(name: &str, payload: &str, becomes: impl IntoIterator<Item = AccountEvent>) -> Old {
    let (stored, becomes) = (raw(name, payload), becomes.into_iter().collect());
    Old { stored, becomes }
}

/// What can be before the account exists: nothing, or a dropped event whose payload is no JSON.
fn befores() -> Vec<Vec<Old>> {
    let blinked = || old("account.blinked", "\u{1}{", []);
    vec![vec![], vec![blinked()], vec![blinked(), old("account.winked", "", [])]]
}

/// What can be the first event of an account.
fn firsts() -> Vec<Old> {
    vec![
        old("account.opened", r#"{"owner":"Ada"}"#, [opened()]),
        old("account.created", r#"{"owner":"Ada"}"#, [opened()]),
        old(
            "account.registered",
            r#"{"owner":"Ada","email":"a@b"}"#,
            [opened(), moved("a@b")],
        ),
    ]
}

/// What can follow.
fn nexts() -> Vec<Old> {
    let details = "account.details_changed";
    vec![
        old("account.deposited", r#"{"amount":1}"#, [deposited(1, "EUR")]),
        Old {
            stored: newer("account.payed_in", 2, 1, r#"{"amount":4,"currency":"NOK"}"#),
            becomes: vec![deposited(4, "NOK")],
        },
        old("account.payed_in", r#"{"amount":2}"#, [deposited(2, "EUR")]),
        old(
            details,
            r#"{"name":"Grace","email":"g@h"}"#,
            [renamed("Grace"), moved("g@h")],
        ),
        old(details, r#"{"name":"Grace"}"#, [renamed("Grace")]),
        old(details, "{}", []),
        old("account.blinked", "no JSON", []),
        old(
            "account.limit_raised",
            r#"{"limit":3}"#,
            [LimitRaised { limit: 3 }.into()],
        ),
    ]
}

/// Rule 5.4: a split, a drop, an alias and a retired event as first, middle and last event, for each reader.
#[tokio::test]
async fn old_events_in_every_place() {
    let (before_count, first_count, next_count) = (befores().len(), firsts().len(), nexts().len());
    for before in 0..before_count {
        everywhere(&befores().swap_remove(before)).await;
        for first in 0..first_count {
            let begun = || {
                let mut stream = befores().swap_remove(before);
                stream.push(firsts().swap_remove(first));
                stream
            };
            everywhere(&begun()).await;
            for next in 0..next_count {
                let mut stream = begun();
                stream.push(nexts().swap_remove(next));
                everywhere(&stream).await;
                for last in 0..next_count {
                    let mut stream = begun();
                    stream.extend([nexts().swap_remove(next), nexts().swap_remove(last)]);
                    everywhere(&stream).await;
                }
            }
        }
    }
}

/// More dropped events than a page holds, then one that is read.
#[tokio::test]
async fn a_thousand_dropped_events() {
    let store = MemoryStore::new();
    let blinked = |_| raw("account.blinked", "\u{0}");
    for hundred in 0..10 {
        plant(&store, "account/a", (0..100).map(blinked).collect::<Vec<NewEvent>>()).await;
        assert!(
            on(store.clone())
                .await
                .load::<Account>("a")
                .await
                .expect("readable")
                .is_none(),
            "after {hundred}"
        );
    }
    let runtime = on(store.clone()).await;
    assert!(runtime.history::<Account>("a").next().await.is_none());
    assert!(matches!(
        runtime.execute("a", Deposit { amount: 1 }).await,
        Err(ExecuteError::NotFound { .. })
    ));
    let receipt = runtime
        .execute("a", Open { owner: "Ada".into() })
        .await
        .expect("created");
    assert_eq!(receipt.version.map(Version::get), Some(1_001), "version numbers go on");
    plant(&store, "account/a", (0..100).map(blinked).collect()).await;
    let receipt = runtime.execute("a", Deposit { amount: 1 }).await.expect("written");
    assert_eq!(receipt.version.map(Version::get), Some(1_102));
    let state = runtime.load::<Account>("a").await.expect("readable").expect("there");
    assert_eq!((state.folded.len(), Loaded::version(&state).get()), (2, 1_102));
}

/// An append that expects the version before a dropped event is a conflict: a dropped event is an event.
#[tokio::test]
async fn a_dropped_event_is_an_expected_version() {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    runtime
        .execute("a", Open { owner: "Ada".into() })
        .await
        .expect("created");
    plant(
        &store,
        "account/a",
        vec![raw("account.blinked", ""), raw("account.details_changed", "{}")],
    )
    .await;
    let stale = runtime.execute("a", Deposit { amount: 1 }).expect_version(1_u64).await;
    assert!(matches!(stale, Err(ExecuteError::Conflict { actual: Some(actual), .. }) if actual == 3));
    let fresh = runtime.execute("a", Deposit { amount: 1 }).expect_version(3_u64).await;
    assert_eq!(fresh.expect("written").version.map(Version::get), Some(4));
}

//! One stored event that is read as several.

use recount::{DecodeError, ExecuteError, HistoryError, LoadError, MemoryStore};

use crate::account::{Account, Deposit, Open, moved, on, renamed};
use crate::planted::{newer, plant, raw};
use crate::readers::decoded;

const DETAILS: &str = "account.details_changed";

#[test]
fn parts_come_in_order() {
    let both = raw(DETAILS, r#"{"email":"g@h","name":"Grace"}"#);
    assert_eq!(decoded(&both).expect("readable"), [renamed("Grace"), moved("g@h")]);
    assert_eq!(decoded(&raw(DETAILS, "{}")).expect("readable"), []);
}

/// The old event has versions and a floor as any other.
#[test]
fn a_split_has_versions() {
    assert!(decoded(&newer(DETAILS, 2, 1, r#"{"name":"Grace","more":1}"#)).is_ok_and(|parts| parts.len() == 1));
    assert!(matches!(
        decoded(&newer(DETAILS, 2, 2, "{}")),
        Err(DecodeError::TooNew {
            name: DETAILS,
            version: 2,
            floor: 2,
            reads: 1
        })
    ));
    assert!(matches!(
        decoded(&raw(DETAILS, "[")),
        Err(DecodeError::Payload { name: DETAILS, .. })
    ));
}

/// A split that panics is an unreadable event for whoever reads it: no part of it is seen, and others go on.
#[tokio::test]
async fn a_split_that_panics() {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    runtime
        .execute("a", Open { owner: "Ada".into() })
        .await
        .expect("created");
    runtime
        .execute("b", Open { owner: "Bo".into() })
        .await
        .expect("created");
    plant(&store, "account/a", vec![raw(DETAILS, r#"{"name":"panic"}"#)]).await;
    let panicked = |source: &DecodeError| {
        assert!(
            matches!(
                source,
                DecodeError::Upcast {
                    name: DETAILS,
                    version: 1,
                    ..
                }
            ),
            "{source:?}"
        );
    };
    match runtime.load::<Account>("a").await {
        Err(LoadError::Unreadable(unreadable)) => panicked(&unreadable.source),
        other => panic!("{other:?}"),
    }
    match runtime.execute("a", Deposit { amount: 1 }).await {
        Err(ExecuteError::Unreadable(unreadable)) => panicked(&unreadable.source),
        other => panic!("{other:?}"),
    }
    let mut history = runtime.history::<Account>("a");
    assert!(matches!(history.next().await, Some(Ok(_))));
    match history.next().await {
        Some(Err(HistoryError::Unreadable(unreadable))) => panicked(&unreadable.source),
        other => panic!("{other:?}"),
    }
    runtime
        .execute("b", Deposit { amount: 1 })
        .await
        .expect("the writer goes on");
}

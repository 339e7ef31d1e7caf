//! The rows about payloads: a version that raises the floor, and an enum that gains a variant.

use recount::testing::StoredEvent;
use recount::{DecodeError, EventSet, LoadError, MemoryStore};

use super::{reads, runtime, writes};

/// The event that gains a version which older readers cannot follow: its three releases.
mod deposited {
    use recount::Event;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Serialize, Deserialize, Event)]
    #[event(name = "account.deposited", version = 2)]
    pub struct Before {
        pub amount: i64,
        #[event(since = 2, default = "EUR")]
        pub memo: String,
    }

    #[derive(Clone, Debug, Serialize, Deserialize, Event)]
    #[event(name = "account.deposited", version = 3, write = 2)]
    pub struct First {
        pub amount: i64,
        #[event(since = 2, default = "EUR", renamed(3, from = "memo"))]
        pub note: String,
    }

    #[derive(Clone, Debug, Serialize, Deserialize, Event)]
    #[event(name = "account.deposited", version = 3)]
    pub struct Then {
        pub amount: i64,
        #[event(since = 2, default = "EUR", renamed(3, from = "memo"))]
        pub note: String,
    }
}

macro_rules! deposits {
    ($build:ident: $event:ident, $key:ident) => {
        mod $build {
            use recount::{Aggregate, Event};

            use super::deposited::$event;
            use crate::rollout::{Build, Opened};

            #[derive(Debug, Event)]
            pub enum AccountEvent {
                Opened(Opened),
                Deposited($event),
            }

            #[derive(Aggregate, Debug)]
            #[aggregate(name = "account", id = String, events = AccountEvent)]
            pub struct Account(Vec<&'static str>);

            #[recount::handlers]
            impl Account {
                #[command]
                pub fn open() -> Opened {
                    Opened {}
                }

                #[command]
                pub fn deposit(&self) -> $event {
                    let (amount, $key) = (1, "rent".into());
                    $event { amount, $key }
                }

                #[apply]
                fn opened(_: &Opened) -> Self {
                    Self(vec!["opened"])
                }

                #[apply]
                fn deposited(&mut self, event: &$event) {
                    assert_eq!((event.amount, event.$key.as_str()), (1, "rent"));
                    self.0.push("deposited");
                }
            }

            impl Build for Account {
                fn folded(&self) -> Vec<&'static str> {
                    self.0.clone()
                }
            }
        }
    };
}

deposits!(version_before: Before, memo);
deposits!(version_first: First, note);
deposits!(version_then: Then, note);

/// New version that raises the floor: the old one is written until every node reads the new one.
#[tokio::test]
async fn a_new_version() {
    let store = MemoryStore::new();
    let all = |count| [&["opened"][..], &["deposited"].repeat(count)].concat();
    assert_eq!(writes(&store, version_before::Open {}).await, 1);
    assert_eq!(writes(&store, version_before::Deposit {}).await, 2);
    assert_eq!(writes(&store, version_first::Deposit {}).await, 3);
    assert_eq!(
        reads::<version_before::Account>(&store).await,
        all(2),
        "N still writes the old version"
    );
    assert_eq!(writes(&store, version_then::Deposit {}).await, 4);
    // Back to N, and forward again.
    assert_eq!(writes(&store, version_first::Deposit {}).await, 5);
    assert_eq!(reads::<version_first::Account>(&store).await, all(4));
    assert_eq!(reads::<version_then::Account>(&store).await, all(4));
    match runtime::<version_before::Account>(&store)
        .await
        .load::<version_before::Account>("a")
        .await
    {
        Err(LoadError::Unreadable(unreadable)) => assert!(
            matches!(
                unreadable.source,
                DecodeError::TooNew {
                    version: 3,
                    floor: 3,
                    reads: 2,
                    ..
                }
            ),
            "{:?}",
            unreadable.source
        ),
        other => panic!("{other:?}"),
    }
}

/// The event with an enum in it: closed, open, and with one more variant.
mod flagged {
    use recount::{Event, Schema};
    use serde::{Deserialize, Serialize};

    macro_rules! release {
        ($set:ident of $event:ident of $reason:ident { $($variant:tt)* }) => {
            #[derive(Debug, Serialize, Deserialize, Event)]
            #[event(name = "account.flagged")]
            pub struct $event {
                pub reason: $reason,
            }

            #[derive(Debug, Event)]
            pub enum $set {
                Flagged($event),
            }

            #[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
            #[serde(tag = "kind")]
            pub enum $reason {
                Fraud { score: u8 },
                $($variant)*
            }
        };
    }

    release!(BeforeEvent of Before of Closed {});
    release!(FirstEvent of First of Opened { #[serde(other)] Other });
    release!(ThenEvent of Then of Widened { Dormant { days: u32 }, #[serde(other)] Other });
}

/// Enum variant added: the enum is open before anything new is written into it.
#[test]
fn a_new_variant_of_an_enum() {
    use flagged::{BeforeEvent, FirstEvent, Opened, Then, ThenEvent, Widened};
    let stored = |reason| StoredEvent::from(ThenEvent::from(Then { reason }).encode().expect("written"));
    let (dormant, fraud) = (
        stored(Widened::Dormant { days: 400 }),
        stored(Widened::Fraud { score: 9 }),
    );
    assert!(fraud.read::<BeforeEvent>().is_ok() && fraud.read::<FirstEvent>().is_ok());
    assert!(matches!(
        dormant.read::<BeforeEvent>(),
        Err(DecodeError::Payload { .. })
    ));
    match dormant.read::<FirstEvent>().expect("an open enum").as_slice() {
        [FirstEvent::Flagged(flagged)] => assert_eq!(flagged.reason, Opened::Other),
        other => panic!("{other:?}"),
    }
}

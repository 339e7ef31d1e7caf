//! No false alarm: what means nothing to stored events changes nothing in the lock.

use crate::support::Project;

mod before {
    use recount::{Event, Schema};
    use serde::{Deserialize, Serialize};

    /// Money.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
    pub struct Money {
        pub cents: u64,
        pub currency: String,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
    #[serde(tag = "by")]
    pub enum Way {
        Card { number: String },
        Cash,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
    #[event(name = "account.deposited", version = 2, removed(2, fee: Money))]
    pub struct Deposited {
        pub amount: Money,
        #[event(since = 2, default = "EUR")]
        pub label: String,
        #[event(since = 2, default = FREE)]
        pub charge: u64,
        pub way: Way,
        pub tags: Vec<String>,
    }

    const FREE: u64 = 0;

    #[derive(Debug, Clone, PartialEq, Event)]
    pub enum AccountEvent {
        Deposited(Deposited),
    }
}

/// Types and modules are renamed, fields and variants reordered, docs edited, boxes and newtypes put around values, an event is added.
mod after {
    use std::collections::VecDeque;

    use recount::{Event, Schema};
    use serde::{Deserialize, Serialize};

    /// Another event.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
    #[event(name = "account.closed")]
    pub struct Closed;

    pub mod inner {
        use super::{Deserialize, Schema, Serialize};

        /// How it was paid, in other words.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
        #[serde(tag = "by")]
        pub enum Payment {
            Cash,
            /// By card.
            Card {
                number: Text,
            },
        }

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
        pub struct Text(String);

        /// A price.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
        pub struct Price {
            pub currency: String,
            #[serde(rename = "cents")]
            pub hundredths: u64,
        }
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
    #[event(name = "account.deposited", version = 2, removed(2, fee: inner::Price))]
    pub struct PaidIn {
        #[event(since = 2, default = NO_CHARGE)]
        pub charge: u64,
        pub tags: VecDeque<String>,
        #[serde(rename = "way")]
        pub payment: Box<inner::Payment>,
        pub amount: inner::Price,
        #[event(since = 2, default = "EUR")]
        pub label: String,
    }

    const NO_CHARGE: u64 = 0;

    #[derive(Debug, Clone, PartialEq, Event)]
    pub enum Events {
        Closed(Closed),
        PaidIn(PaidIn),
    }
}

#[test]
fn what_is_not_stored_is_no_change() {
    let project = Project::sealed::<before::AccountEvent>();
    assert_eq!(project.check::<before::AccountEvent>(), [""; 0]);
    assert_eq!(project.check::<after::Events>(), ["NOT_LOCKED account.closed v1"]);
    project.always::<after::Events>();
    assert_eq!(project.check::<after::Events>(), [""; 0]);
    let lock = project.text("events.lock");
    assert!(!lock.contains("earlier"), "{lock}");
}

/// The history may be written inline or kept as a struct: the versions are the same.
#[test]
fn a_kept_struct_is_the_same_as_an_inline_history() {
    mod inline {
        #[recount::events(prefix = "account")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum AccountEvent {
            #[event(version = 2)]
            Withdrawn {
                amount: i64,
                #[event(renamed(2, from = "memo"))]
                note: Option<String>,
            },
        }
    }
    mod kept {
        use recount::{Event, Upcast};
        use serde::{Deserialize, Serialize};

        #[derive(Deserialize, Event)]
        #[event(name = "account.withdrawn", version = 1, frozen)]
        pub struct First {
            amount: i64,
            memo: Option<String>,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.withdrawn", version = 2, from = First, example(1, r#"{"memo":"rent"}"#))]
        pub struct Withdrawn {
            pub amount: i64,
            pub note: Option<String>,
        }
        impl Upcast<First> for WithdrawnV2 {
            fn upcast(old: First) -> Self {
                Self {
                    amount: old.amount,
                    note: old.memo,
                }
            }
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum AccountEvent {
            Withdrawn(Withdrawn),
        }
    }
    let project = Project::sealed::<inline::AccountEvent>();
    let before = project.files();
    // The way up is another, and says so; the shapes and what payloads become are the same.
    assert_eq!(
        project.lock::<kept::AccountEvent>(),
        ["LOCK_STALE account.withdrawn v2"]
    );
    project.always::<kept::AccountEvent>();
    assert_eq!(project.check::<kept::AccountEvent>(), [""; 0]);
    let goldens = |files: &[(String, String)]| {
        let is_golden = |(name, _): &&(String, String)| name.starts_with("golden") && !name.contains("example");
        files.iter().filter(is_golden).cloned().collect::<Vec<_>>()
    };
    assert_eq!(goldens(&project.files()), goldens(&before));
}

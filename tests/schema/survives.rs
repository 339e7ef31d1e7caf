//! What has happened to others: each test is named after a failure that some event store has had, and its test has to tell.

use recount::schema::{EventFacts, Member, Role, SetFacts};
use recount::testing::Update;
use recount::{DecodeError, EncodeError, Encoded, EventSet, Outcome, RawEvent, StoredName};

use crate::support::{Project, found, said};

macro_rules! account {
    ($name:ident { $($variants:tt)* }) => {
        mod $name {
            #[recount::events(prefix = "account")]
            #[derive(Debug, Clone, PartialEq)]
            pub enum AccountEvent { $($variants)* }
        }
    };
}

/// Schema registries read it as a removal and an addition, and let both pass.
#[test]
fn a_rename_of_an_optional_field() {
    account!(before { #[event(version = 3)] Deposited {
        amount: i64,
        #[event(since = 2, default = "EUR")] currency: String,
        #[event(renamed(3, from = "memo"))] note: Option<String>,
    } });
    account!(after { #[event(version = 3)] Deposited {
        amount: i64,
        #[event(since = 2, default = "EUR")] currency: String,
        #[event(renamed(3, from = "memo"))] remark: Option<String>,
    } });
    let project = Project::sealed::<before::AccountEvent>();
    let text = said(project.test::<after::AccountEvent>(Update::No).lock());
    let (report, _) = text.split_once("\n\n").unwrap_or((&text, ""));
    let guide = include_str!("../../docs/guide/schema-lock.md");
    let (_, shown) = guide.split_once("```text\nINCOMPATIBLE").expect("the guide shows it");
    let (shown, _) = shown.split_once("\n```").expect("an end");
    assert_eq!(report, format!("INCOMPATIBLE{shown}"));
}

/// A checker that looks at the newest step misses what was deleted below it.
#[test]
fn an_older_version_is_deleted_while_a_newer_one_is_added() {
    account!(before { #[event(version = 2)] Deposited {
        amount: i64,
        #[event(since = 2, default = "EUR")] currency: String,
    } });
    account!(after { #[event(version = 3)] Deposited {
        amount: i64,
        #[event(since = 2, default = "EUR")] currency: String,
        #[event(since = 3, default = 0)] fee: i64,
    } });
    /// What the macro does not write: the chain without its beginning.
    struct WithoutTheFirst;
    impl EventSet for WithoutTheFirst {
        const NAMES: &'static [StoredName] = after::AccountEvent::NAMES;
        const FACTS: &'static SetFacts = &SetFacts {
            members: &[Member {
                event: &EventFacts {
                    versions: after::AccountEvent::FACTS.members[0].event.versions.split_at(1).1,
                    ..*after::AccountEvent::FACTS.members[0].event
                },
                role: Role::Current,
            }],
            ..*after::AccountEvent::FACTS
        };
        fn decode_into(raw: &RawEvent<'_>, out: &mut dyn FnMut(Self)) -> Result<Outcome, DecodeError> {
            after::AccountEvent::decode_into(raw, &mut |_| out(Self))
        }
        fn encode(&self) -> Result<Encoded, EncodeError> {
            Err(EncodeError::Frozen { name: String::new() })
        }
        fn event(&self) -> &dyn std::any::Any {
            self
        }
    }
    let project = Project::sealed::<before::AccountEvent>();
    assert_eq!(
        project.lock::<WithoutTheFirst>(),
        [
            "EVENT_VERSION_DELETED account.deposited v1",
            "LOCK_STALE account.deposited v2",
            "NOT_LOCKED account.deposited v3",
        ]
    );
    // Nothing but the history makes it go away.
    let always = project.test::<WithoutTheFirst>(Update::Always).lock();
    assert_eq!(found(always), ["EVENT_VERSION_DELETED account.deposited v1"]);
    assert!(project.text("events.lock").contains("version = 1\n"));
}

/// The number is set back.
#[test]
fn a_version_is_taken_back() {
    account!(before { #[event(version = 2)] Opened { owner: String, #[event(since = 2)] at: Option<String> } });
    account!(after { Opened { owner: String } });
    let project = Project::sealed::<before::AccountEvent>();
    assert_eq!(
        project.lock::<after::AccountEvent>(),
        [
            "LOCK_STALE account.opened v1",
            "EVENT_VERSION_DELETED account.opened v2"
        ]
    );
}

/// Stored names would break with the type's; in the sugar a name is made of a variant's.
#[test]
fn a_variant_is_renamed() {
    account!(before { Opened { owner: String }, Closed { reason: String } });
    account!(after { Opened { owner: String }, Shut { reason: String } });
    account!(mended { Opened { owner: String }, #[event(name = "account.closed")] Shut { reason: String } });
    let project = Project::sealed::<before::AccountEvent>();
    assert_eq!(
        project.lock::<after::AccountEvent>(),
        ["NAME_CHANGED account.closed v1", "NOT_LOCKED account.shut v1"]
    );
    let text = said(project.test::<after::AccountEvent>(Update::No).lock());
    assert!(text.contains("`#[event(name = \"account.closed\")]`"), "{text}");
    assert_eq!(project.check::<mended::AccountEvent>(), [""; 0]);
}

/// An event is deleted from its set: an alias, a split, a dropped name or a frozen struct say what becomes of what is stored.
#[test]
fn an_event_is_deleted() {
    account!(before { Opened { owner: String }, PayedIn { amount: i64 } });
    account!(deleted { Opened { owner: String } });
    mod others {
        use recount::{Event, Split};
        use serde::{Deserialize, Serialize};

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.opened")]
        pub struct Opened {
            pub owner: String,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.deposited")]
        pub struct Deposited {
            pub amount: i64,
        }
        #[derive(Debug, Clone, PartialEq, Deserialize, Event)]
        #[event(name = "account.payed_in", frozen, example(1, "{}"))]
        pub struct PayedIn {
            pub amount: i64,
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        #[event(alias("account.payed_in" => Deposited))]
        pub enum Aliased {
            Opened(Opened),
            Deposited(Deposited),
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        #[event(dropped("account.payed_in"))]
        pub enum Dropped {
            Opened(Opened),
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        #[event(split(PayedIn))]
        pub enum IsSplit {
            Opened(Opened),
            Deposited(Deposited),
        }
        impl Split<IsSplit> for PayedIn {
            fn split(self, out: &mut dyn FnMut(IsSplit)) {
                out(Deposited { amount: self.amount }.into());
            }
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum Frozen {
            Opened(Opened),
            #[event(frozen)]
            PayedIn(PayedIn),
        }
    }
    let sealed = Project::sealed::<before::AccountEvent>;
    assert_eq!(
        sealed().lock::<deleted::AccountEvent>(),
        ["EVENT_VERSION_DELETED account.payed_in v1"]
    );
    let text = said(sealed().test::<deleted::AccountEvent>(Update::Always).lock());
    for word in ["`alias`", "`split`", "`dropped`", "`frozen`"] {
        assert!(text.contains(word), "{text}");
    }

    macro_rules! is_told {
        ($set:ty, $kind:literal) => {{
            let project = sealed();
            project.always::<$set>();
            assert_eq!(project.check::<$set>(), [""; 0]);
            let lock = project.text("events.lock");
            let (_, entry) = lock
                .split_once("name = \"account.payed_in\"")
                .expect("it is still there");
            assert!(
                entry.starts_with(concat!("\nversion = 1\nstatus = \"sealed\"\nkind = \"", $kind, "\"")),
                "{lock}"
            );
            // What was stored is known for ever.
            assert!(entry.contains("\"amount: i64\""), "{lock}");
            // From then on it stays.
            let gone = "EVENT_VERSION_DELETED account.payed_in v1".to_owned();
            assert!(project.lock::<deleted::AccountEvent>().contains(&gone));
        }};
    }
    is_told!(others::Aliased, "frozen");
    is_told!(others::Dropped, "dropped");
    is_told!(others::IsSplit, "split");
    is_told!(others::Frozen, "frozen");
}

/// The alias goes, and events that were stored under the old name lose their reader.
#[test]
fn an_alias_is_taken_away() {
    mod builds {
        use recount::Event;
        use serde::{Deserialize, Serialize};

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.deposited")]
        pub struct Deposited {
            pub amount: i64,
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        #[event(alias("account.payed_in" => Deposited))]
        pub enum With {
            Deposited(Deposited),
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum Without {
            Deposited(Deposited),
        }
    }
    let project = Project::sealed::<builds::With>();
    assert_eq!(project.check::<builds::With>(), [""; 0]);
    assert!(project.text("events.lock").contains("names = [\"account.payed_in\"]"));
    let text = said(project.test::<builds::Without>(Update::Always).lock());
    assert!(
        text.starts_with("EVENT_VERSION_DELETED account.deposited v1 "),
        "{text}"
    );
    assert!(text.contains("alias(\"account.payed_in\" => ..)"), "{text}");
}

/// A type that many events hold, in another crate and two levels down: each event and path is named.
#[test]
fn a_nested_type_is_edited_in_place() {
    macro_rules! orders {
        ($name:ident, $money:ident) => {
            mod $name {
                use recount::Schema;
                use serde::{Deserialize, Serialize};

                #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
                pub struct Line {
                    pub sku: String,
                    pub price: recount_tests_money::$money::Money,
                }
                #[recount::events(prefix = "order")]
                #[derive(Debug, Clone, PartialEq)]
                pub enum OrderEvent {
                    Placed {
                        lines: Vec<Line>,
                    },
                    Paid {
                        total: recount_tests_money::$money::Money,
                    },
                    Shipped {},
                }
            }
        };
    }
    orders!(before, before);
    orders!(after, after);
    let project = Project::sealed::<before::OrderEvent>();
    let text = said(project.test::<after::OrderEvent>(Update::No).lock());
    assert_eq!(
        project.lock::<after::OrderEvent>(),
        ["INCOMPATIBLE order.paid v1", "INCOMPATIBLE order.placed v1"]
    );
    assert!(text.contains("INT_NARROWED  total.cents"), "{text}");
    assert!(text.contains("INT_NARROWED  lines[].price.cents"), "{text}");
}

/// The same inside a version that is only read.
#[test]
fn a_type_inside_an_old_version_is_edited() {
    macro_rules! orders {
        ($name:ident, $money:ident) => {
            mod $name {
                #[recount::events(prefix = "order")]
                #[derive(Debug, Clone, PartialEq)]
                pub enum OrderEvent {
                    #[event(version = 2, removed(2, total: recount_tests_money::$money::Money))]
                    Paid { by: String },
                }
            }
        };
    }
    orders!(before, before);
    orders!(after, after);
    let project = Project::sealed::<before::OrderEvent>();
    let text = said(project.test::<after::OrderEvent>(Update::No).lock());
    assert!(
        text.starts_with("FROZEN_VERSION_CHANGED order.paid v1 is sealed:"),
        "{text}"
    );
    assert!(
        text.contains("`retyped(.., from = Copy)`") && text.contains("`from_lock`"),
        "{text}"
    );
    assert!(!text.contains("version = "), "an old version cannot be raised: {text}");
    // Wider is well where nothing is written.
    let project = Project::sealed::<after::OrderEvent>();
    let text = said(project.test::<before::OrderEvent>(Update::No).lock());
    assert!(
        text.contains("LOCK_STALE order.paid v1") && text.contains("INT_WIDENED"),
        "{text}"
    );
    assert!(!text.contains("_CHANGED") && !text.contains("COMPATIBLE"), "{text}");
}

/// A field is removed and comes back with another type: all versions read right.
#[test]
fn a_field_is_removed_and_added_again_with_another_type() {
    account!(first { Deposited { amount: i64, code: u32 } });
    account!(second { #[event(version = 2, removed(2, code: u32))] Deposited { amount: i64 } });
    account!(third {
        #[event(version = 3, removed(2, code: u32))]
        Deposited { amount: i64, #[event(since = 3, default = "none")] code: String }
    });
    let project = Project::sealed::<first::AccountEvent>();
    project.seal::<second::AccountEvent>();
    project.seal::<third::AccountEvent>();
    assert_eq!(project.check::<third::AccountEvent>(), [""; 0]);
    for name in project.names("max.upcast") {
        let now = if name.contains("/v3.") { "code 2" } else { "none" };
        assert_eq!(
            project.text(&name),
            format!("account.deposited 3 {{\"amount\":1,\"code\":\"{now}\"}}\n"),
            "{name}"
        );
    }
}

/// A unit struct is stored as `{}`, so that it can gain a field.
#[test]
fn a_unit_struct_gains_a_field() {
    mod unit {
        use recount::Event;
        use serde::{Deserialize, Serialize};
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.closed")]
        pub struct Closed;
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum AccountEvent {
            Closed(Closed),
        }
    }
    account!(field { #[event(version = 2)] Closed { #[event(since = 2, default = "unknown")] reason: String } });
    let project = Project::sealed::<unit::AccountEvent>();
    assert_eq!(project.check::<unit::AccountEvent>(), [""; 0]);
    project.always::<field::AccountEvent>();
    assert_eq!(project.check::<field::AccountEvent>(), [""; 0]);
    let name = project
        .names("max.upcast")
        .into_iter()
        .find(|name| name.contains("/v1."))
        .expect("a pin");
    assert_eq!(project.text(&name), "account.closed 2 {\"reason\":\"unknown\"}\n");
}

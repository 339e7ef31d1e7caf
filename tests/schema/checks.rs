//! `payloads`, `floors` and `honesty`: what serde does with generated payloads, beside what the shapes say.

use recount::testing::Update;

use crate::support::{Project, found, said};

macro_rules! events {
    ($name:ident { $($items:tt)* }) => {
        mod $name {
            use recount::{Event, Schema};
            #[allow(unused_imports, reason = "some read by hand, and some write")]
            use serde::{Deserialize, Deserializer, Serialize, Serializer};
            $($items)*

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
            #[event(name = "account.deposited")]
            pub struct Deposited {
                pub id: u64,
                pub lines: Vec<Money>,
            }
            #[derive(Debug, Clone, PartialEq, Event)]
            pub enum AccountEvent {
                Deposited(Deposited),
            }
        }
    };
}

// Needs what may be absent or null by its shape.
events!(needs_more {
    #[derive(Debug, Clone, PartialEq, Serialize, Schema)]
    pub struct Money {
        pub cents: Option<u64>,
    }
    impl<'de> Deserialize<'de> for Money {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            struct Read {
                cents: u64,
            }
            Read::deserialize(deserializer).map(|read| Self { cents: Some(read.cents) })
        }
    }
});

// Reads an amount without a currency, which its shape asks for.
events!(fills_in {
    #[derive(Debug, Clone, PartialEq, Serialize, Schema)]
    pub struct Money {
        pub cents: u64,
        pub currency: String,
    }
    impl<'de> Deserialize<'de> for Money {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            struct Read {
                cents: u64,
                currency: Option<String>,
            }
            let Read { cents, currency } = Read::deserialize(deserializer)?;
            Ok(Self { cents, currency: currency.unwrap_or_default() })
        }
    }
});

// Writes another key than it reads.
events!(writes_otherwise {
    #[derive(Debug, Clone, PartialEq, Deserialize, Schema)]
    pub struct Money {
        #[serde(default)]
        pub cents: u64,
    }
    impl Serialize for Money {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            #[derive(Serialize)]
            struct Written {
                hundredths: u64,
            }
            Written { hundredths: self.cents }.serialize(serializer)
        }
    }
});

#[test]
fn a_type_that_reads_less_than_its_shape_says() {
    let test = Project::new().test::<needs_more::AccountEvent>(Update::No);
    let text = said(test.payloads());
    assert!(
        text.starts_with("UNREADABLE account.deposited v1 does not decode as `AccountEvent`: "),
        "{text}"
    );
    assert!(
        text.contains("witness: {") && text.contains("`RECOUNT_SEED=0`"),
        "{text}"
    );
    let text = said(test.honesty());
    assert!(text.starts_with("SHAPE_LIES account.deposited v1 "), "{text}");
    assert!(
        text.contains("the shape says it is read, and serde says no: "),
        "{text}"
    );
    assert!(text.contains("`#[schema(scalar = \"..\")]`"), "{text}");
}

#[test]
fn a_type_that_reads_more_than_its_shape_says() {
    let test = Project::new().test::<fills_in::AccountEvent>(Update::No);
    assert_eq!(found(test.payloads()), [""; 0]);
    let text = said(test.honesty());
    assert!(
        text.starts_with("SHAPE_LIES account.deposited v1 `lines[0].currency` left out: serde reads it"),
        "{text}"
    );
}

#[test]
fn a_type_that_writes_otherwise_than_its_shape_says() {
    let test = Project::new().test::<writes_otherwise::AccountEvent>(Update::No);
    let text = said(test.honesty());
    assert!(
        text.starts_with("SHAPE_LIES account.deposited v1 is written otherwise than the shape says"),
        "{text}"
    );
    assert!(text.contains("hundredths"), "{text}");
}

/// `floor` may be lowered across a hand-written edge alone, and there it is proved.
#[test]
fn a_floor_that_promises_too_much() {
    macro_rules! withdrawn {
        ($name:ident, $floor:literal, $($key:tt)*) => {
            mod $name {
                use recount::{Event, Upcast};
                use serde::{Deserialize, Serialize};
                #[derive(Deserialize, Event)]
                #[event(name = "account.withdrawn", version = 1, frozen)]
                pub struct First {
                    amount: i64,
                }
                #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
                #[event(name = "account.withdrawn", version = 2, from = First, floor = $floor, example(1, "{}"))]
                pub struct Withdrawn {
                    $($key)* pub amount: i64,
                }
                impl Upcast<First> for Withdrawn {
                    fn upcast(old: First) -> Self {
                        Self { amount: old.amount }
                    }
                }
                #[derive(Debug, Clone, PartialEq, Event)]
                pub enum AccountEvent {
                    Withdrawn(Withdrawn),
                }
            }
        };
    }
    withdrawn!(wrong, 1, #[serde(rename = "cents")]);
    withdrawn!(raised, 2, #[serde(rename = "cents")]);
    withdrawn!(right, 1,);
    let text = said(Project::new().test::<wrong::AccountEvent>(Update::No).floors());
    assert!(
        text.starts_with("FLOOR_WRONG account.withdrawn v2 has floor 1, and a reader of version 1 cannot read it: missing field `amount`"),
        "{text}"
    );
    assert!(
        text.contains("witness: {\"cents\":") && text.contains("help: `floor = 2`"),
        "{text}"
    );
    assert_eq!(
        found(Project::new().test::<raised::AccountEvent>(Update::No).floors()),
        [""; 0]
    );
    assert_eq!(
        found(Project::new().test::<right::AccountEvent>(Update::No).floors()),
        [""; 0]
    );
}

/// What the lock knows nothing of is a promise and no check: neither payloads nor goldens ask more of it.
#[test]
fn what_is_opaque_is_not_asked() {
    mod opaque {
        use recount::Event;
        use serde::{Deserialize, Serialize};

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct Theirs {
            pub text: String,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.noted")]
        pub struct Noted {
            pub id: u64,
            #[schema(opaque)]
            pub theirs: Theirs,
            pub any: serde_json::Value,
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum AccountEvent {
            Noted(Noted),
        }
    }
    // They are counted, so that one knows.
    let text = said(Project::new().test::<opaque::AccountEvent>(Update::No).lock());
    assert!(
        text.ends_with("of what is locked, 2 paths are `any`: promises, not checks"),
        "{text}"
    );
    let project = Project::sealed::<opaque::AccountEvent>();
    assert_eq!(project.check::<opaque::AccountEvent>(), [""; 0]);
    let pin = project.names("max.upcast").remove(0);
    assert!(project.text(&pin).starts_with("# opaque: "), "{}", project.text(&pin));
}

/// Formats with a name, numbers of 128 bits, maps, recursion, flattened and untagged enums: nothing is said of what is right.
#[test]
fn nothing_is_said_of_what_is_right() {
    mod right {
        use std::collections::{BTreeMap, HashSet};
        use std::time::Duration;

        use recount::{Event, Schema};
        use serde::{Deserialize, Serialize};

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
        pub struct Tree {
            pub name: String,
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub children: Vec<Tree>,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
        #[serde(tag = "by", rename_all = "snake_case")]
        pub enum Way {
            BankTransfer {
                iban: String,
            },
            Cash,
            #[serde(other)]
            Other,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
        #[serde(untagged)]
        pub enum Id {
            Number(u64),
            Name(String),
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
        pub struct Place {
            pub city: String,
            #[serde(alias = "postcode")]
            pub zip: Option<String>,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "all.of.it")]
        #[serde(rename_all = "camelCase")]
        pub struct All {
            pub big_number: i128,
            pub float: f32,
            pub took: Duration,
            pub id: uuid::Uuid,
            pub by_number: BTreeMap<u32, Option<Vec<Option<bool>>>>,
            pub labels: HashSet<String>,
            pub tree: Tree,
            pub way: Way,
            pub either: Id,
            pub pair: (i8, Option<char>),
            pub result: Result<u8, String>,
            #[serde(flatten)]
            pub place: Place,
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum Events {
            All(All),
        }
    }
    let project = Project::sealed::<right::Events>();
    crate::support::fine(project.test::<right::Events>(Update::No).honesty());
    assert_eq!(project.check::<right::Events>(), [""; 0]);
    // Nor with other payloads than those of every day.
    for seed in 1..5 {
        let mut settings = crate::support::settings(Update::No);
        settings.seed = seed;
        let test = project.test::<right::Events>(Update::No).settings(settings);
        assert_eq!(found(test.payloads()), [""; 0]);
        assert_eq!(found(test.honesty()), [""; 0]);
        assert_eq!(found(test.floors()), [""; 0]);
    }
}

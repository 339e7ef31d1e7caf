//! Events with a history.

use super::Example;

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "event_history",
        about: "An event with a history: the struct of each older version, one step between two, and the chain that walks them. The \
                stored number alone chooses the struct; the current version is one comparison away.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "account.deposited", version = 3, removed(3, channel_code: u32))]
            pub struct Deposited {
                pub amount: i64,
                #[event(since = 2, default = "EUR")]
                pub currency: String,
                #[event(renamed(3, from = "memo"))]
                #[serde(default)]
                pub note: Option<String>,
            }
        "#,
    },
    Example {
        name: "event_steps",
        about: "A step that writes all of a version, a type that changed, and fields that are computed from the older event or are a \
                constant.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "customer.moved", version = 3, step(1 = split_name), removed(2, name: String), old_derives(Debug))]
            pub struct CustomerMoved {
                #[event(since = 2)]
                pub first: String,
                #[event(retyped(3, from = AddressV1))]
                pub address: Address,
                #[event(since = 3, with = street_len)]
                pub street_len: u32,
                #[event(since = 3, default = 1)]
                pub times: u32,
            }
        "#,
    },
    Example {
        name: "event_kept",
        about: "A struct that was kept: it is asked whether it is the version just before, and how it becomes the next.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "account.withdrawn", version = 3, from = WithdrawnV1)]
            pub struct Withdrawn {
                pub amount: i64,
                #[event(since = 3)]
                pub note: Option<String>,
            }
        "#,
    },
    Example {
        name: "event_from_lock",
        about: "Old structs from `events.lock`, nested ones included: a struct or an enum for each place of the sealed payload that has no \
                type of its own. The way up is an impl of yours.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "order.placed", context = "shop", version = 2, from_lock)]
            pub struct OrderPlaced {
                pub id: u64,
                pub lines: Vec<Line>,
            }
        "#,
    },
    Example {
        name: "event_frozen",
        about: "A kept struct, or an event that was retired: it is read and never written.",
        input: r#"
            #[derive(Deserialize, Event)]
            #[event(name = "account.withdrawn", version = 1, frozen)]
            pub struct WithdrawnV1 {
                amount: i64,
            }
        "#,
    },
    Example {
        name: "event_raw",
        about: "Payloads that no Rust type describes are JSON to a function, up to a version.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "meter.read", version = 2, raw(..=1 = repair))]
            pub struct MeterRead {
                pub wh: u64,
            }
        "#,
    },
    Example {
        name: "event_write",
        about: "While a release is rolled out the older version is written: the steps down are there too, and what is written is read \
                back at once.",
        input: r#"
            #[derive(Clone, Serialize, Deserialize, Event)]
            #[event(name = "account.deposited", version = 2, write = 1, removed(2, channel_code: u32, default = 0))]
            pub struct Deposited {
                #[event(renamed(2, from = "cents"))]
                pub amount: i64,
                #[event(since = 2)]
                pub note: Option<String>,
            }
        "#,
    },
];

//! Old versions that only `events.lock` knows: their structs are made from it, and have the fingerprints that it has.
//!
//! `tests/events.lock` has them, under the context `locked`. The check in the compiler, which is on in this workspace, compares them.

use std::collections::BTreeMap;

use recount::schema::{Outline, fingerprint};
use recount::{Event, EventVersion, Schema, Upcast};
use serde::{Deserialize, Serialize};

use crate::kit::{read, reads};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct Line {
    sku: String,
    gift: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(
    name = "order.placed",
    context = "locked",
    version = 2,
    from_lock,
    old_derives(Debug, PartialEq)
)]
#[event(example(1, r#"{"paid-by":"cash"}"#))]
pub(crate) struct OrderPlaced {
    pub id: u64,
    pub lines: Vec<Line>,
    pub seats: BTreeMap<String, u16>,
    pub depth: usize,
    pub card: Option<String>,
}

impl Upcast<OrderPlacedV1> for OrderPlacedV2 {
    fn upcast(old: OrderPlacedV1) -> Self {
        let line = |line: OrderPlacedV1LinesItem| {
            let made = line.made.unwrap_or_default();
            let gift = made.contains(&OrderPlacedV1LinesItemMadeItem::Gift);
            Line {
                sku: format!("{} at {}", line.sku, line.price.0),
                gift,
            }
        };
        Self {
            id: old.id,
            lines: old.lines.into_iter().map(line).collect(),
            seats: old.seats.into_iter().map(|(seat, (row, _))| (seat, row)).collect(),
            depth: depth(&old.root),
            card: match old.paid_by {
                OrderPlacedV1PaidBy::Card(card) => Some(card),
                OrderPlacedV1PaidBy::Cash => old.coupon,
            },
        }
    }
}

fn depth(node: &OrderPlacedV1Root) -> usize {
    1 + node.leaves.iter().map(|leaf| depth(leaf)).max().unwrap_or_default()
}

const STORED: &str = r#"{
    "id": 7,
    "lines": [
        {"sku": "acme-7", "price": "1.50", "options": [{"kind": "engraved", "text": "Ada"}, {"kind": "gift"}]},
        {"sku": "acme-8", "price": "2.00", "made": [{"kind": "gilded", "carat": 24}]},
        {"sku": "acme-9", "price": "3.00"}
    ],
    "paid-by": {"card": "4711"},
    "root": {"leaves": [{"leaves": []}, {"leaves": [{"leaves": []}]}]},
    "seats": {"12a": [12, "0198f2c4-0000-7000-8000-000000000000"]}
}"#;

/// Nested types, another spelling, an open enum, a format without a type, recursion, a map of tuples.
#[test]
fn a_version_is_read_without_any_old_rust() {
    let line = |sku: &str, gift| Line {
        sku: sku.to_owned(),
        gift,
    };
    let placed = OrderPlaced {
        id: 7,
        lines: vec![
            line("acme-7 at \"1.50\"", true),
            line("acme-8 at \"2.00\"", false),
            line("acme-9 at \"3.00\"", false),
        ],
        seats: [("12a".to_owned(), 12)].into(),
        depth: 3,
        card: Some("4711".to_owned()),
    };
    assert_eq!(reads::<OrderPlaced>(1, STORED), placed);
    let cash = STORED.replace(r#"{"card": "4711"}"#, r#""cash""#);
    assert_eq!(reads::<OrderPlaced>(1, &cash), OrderPlaced { card: None, ..placed });
}

/// An absent key is one thing and `null` another: the sealed type had a default, and did not read `null`.
#[test]
fn what_the_sealed_type_refused_is_refused() {
    let null = STORED.replace(
        r#""options": [{"kind": "engraved", "text": "Ada"}, {"kind": "gift"}]"#,
        r#""made": null"#,
    );
    assert!(read::<OrderPlaced>(1, &null).is_err());
    assert!(read::<OrderPlaced>(1, &STORED.replace(r#""id": 7,"#, "")).is_err());
}

/// What the lock says of a version, its struct says of itself.
#[test]
fn the_struct_has_the_fingerprint_of_the_lock() {
    let outline = Outline::of(OrderPlacedV1::SHAPE);
    assert_eq!(
        fingerprint(OrderPlacedV1::SHAPE).to_string(),
        "4a2efe7b1a7a41df0b364694b8bc6cc6"
    );
    assert!(
        outline
            .lines()
            .contains(&"lines[].made[]|engraved.text: string".to_owned())
    );
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "booking.made", context = "locked", version = 4, from_lock)]
pub(crate) struct BookingMade {
    pub name: String,
    pub nights: u32,
    #[event(since = 4, default = "EUR")]
    pub currency: String,
}

impl Upcast<BookingMadeV1> for BookingMadeV2 {
    fn upcast(old: BookingMadeV1) -> Self {
        Self {
            first: old.name,
            last: None,
            nights: old.nights,
        }
    }
}

impl Upcast<BookingMadeV2> for BookingMadeV3 {
    fn upcast(old: BookingMadeV2) -> Self {
        let name = match old.last {
            Some(last) => format!("{} {last}", old.first),
            None => old.first,
        };
        Self {
            name,
            nights: old.nights,
        }
    }
}

/// Versions 1 and 2 are from the lock, 3 is described inline, 4 is the struct.
#[test]
fn a_chain_goes_through_the_lock_and_on() {
    let booked = |name: &str| BookingMade {
        name: name.to_owned(),
        nights: 3,
        currency: "EUR".to_owned(),
    };
    assert_eq!(reads::<BookingMade>(1, r#"{"name":"Ada","nights":3}"#), booked("Ada"));
    assert_eq!(
        reads::<BookingMade>(2, r#"{"first":"Ada","last":"Lovelace","nights":3}"#),
        booked("Ada Lovelace")
    );
    assert_eq!(reads::<BookingMade>(2, r#"{"first":"Ada","nights":3}"#), booked("Ada"));
    assert_eq!(reads::<BookingMade>(3, r#"{"name":"Ada","nights":3}"#), booked("Ada"));
    assert_eq!((BookingMade::OLDEST, BookingMade::FLOOR), (1, 3));
}

#[derive(Debug, Clone, PartialEq, Event)]
#[event(context = "locked")]
pub(crate) enum OrderEvent {
    Placed(OrderPlaced),
}

/// The lock has the name of a format and no code for it: its struct takes whatever lies there, and nothing is wrong with that.
#[test]
fn a_format_of_the_lock_is_no_lie() {
    let lines = Outline::of(OrderPlacedV1::SHAPE).lines();
    assert!(lines.iter().any(|line| line.contains(": scalar ")), "{lines:?}");
    let test = recount::testing::SchemaTest::new(env!("CARGO_MANIFEST_DIR")).set::<OrderEvent>();
    if let Err(report) = test.honesty() {
        panic!("{report}");
    }
}

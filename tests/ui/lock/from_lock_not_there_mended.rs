//! `from_lock` makes the structs of old versions from the entries of `events.lock`, which know an event by its context and
//! its name: neither changes, whatever the types are called.

use recount::{Event, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.sent", context = "ui", version = 2, from_lock)]
pub struct OrderSent {
    pub id: u64,
}

impl Upcast<OrderSentV1> for OrderSentV2 {
    fn upcast(old: OrderSentV1) -> Self {
        Self { id: old.id }
    }
}

fn main() {}

//! The structs come from the lock, the way up is yours.

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

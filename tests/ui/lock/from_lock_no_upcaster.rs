//! The structs come from the lock, the way up is yours.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.sent", context = "ui", version = 2, from_lock)]
pub struct OrderSent {
    pub id: u64,
}

fn main() {}

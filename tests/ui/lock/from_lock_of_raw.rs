//! What a function reads from JSON has no shape that a struct could be made from.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.weighed", context = "ui", version = 2, from_lock)]
pub struct OrderWeighed {
    pub grams: u64,
}

fn main() {}

//! The versions are those that are sealed: there is nothing to choose.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.sent", context = "ui", version = 2, from_lock = 1)]
pub struct OrderSent {
    pub id: u64,
}

fn main() {}

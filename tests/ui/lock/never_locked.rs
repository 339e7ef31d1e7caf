//! The lock knows other events of this crate, and not this one: its set is not in the schema test.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.lost", context = "ui")]
pub struct OrderLost {
    pub id: u64,
}

fn main() {}

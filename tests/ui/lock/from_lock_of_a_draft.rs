//! A draft has not been released, so no store holds it, and it needs no history.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.packed", context = "ui", version = 2, from_lock)]
pub struct OrderPacked {
    pub id: u64,
}

fn main() {}

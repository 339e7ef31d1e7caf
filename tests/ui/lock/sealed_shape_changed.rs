//! The lock has sealed another shape of this version: stores hold it. It is a new version, or the edit is undone.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.paid", context = "ui")]
pub struct OrderPaid {
    pub id: String,
}

fn main() {}

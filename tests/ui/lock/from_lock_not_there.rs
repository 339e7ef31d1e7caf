//! `from_lock` makes the structs of old versions from the entries of `events.lock`, which know an event by its context and
//! its name: neither changes, whatever the types are called.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.send", context = "ui", version = 2, from_lock)]
pub struct OrderSent {
    pub id: u64,
}

fn main() {}

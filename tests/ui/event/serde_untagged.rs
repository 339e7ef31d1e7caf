//! What serde has for enums only, it refuses itself: an event is a struct.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
#[serde(untagged)]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

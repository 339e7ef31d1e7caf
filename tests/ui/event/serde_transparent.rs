//! A bare number has no room for a second field.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
#[serde(transparent)]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

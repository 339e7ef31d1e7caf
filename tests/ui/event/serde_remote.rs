//! serde would write the fields of another type, and what they are is not said here.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
#[serde(remote = "Money")]
pub struct Deposited {
    pub amount: u64,
}

pub struct Money {
    pub amount: u64,
}

fn main() {}

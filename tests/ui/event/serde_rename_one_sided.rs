//! serde can write a field under one key and read it under another. Then what was written is not found again.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
pub struct Deposited {
    #[serde(rename(serialize = "sum"))]
    pub amount: u64,
}

fn main() {}

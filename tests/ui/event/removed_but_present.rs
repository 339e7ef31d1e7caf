//! A field that is still there was not removed. Was its type changed? Then it is `retyped(2, from = String)`.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, removed(2, memo: String))]
pub struct Deposited {
    pub amount: u64,
    pub memo: String,
}

fn main() {}

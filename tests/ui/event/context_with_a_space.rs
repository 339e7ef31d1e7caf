//! A context is written in the lock and in tables, as a name is.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", context = "the bank")]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

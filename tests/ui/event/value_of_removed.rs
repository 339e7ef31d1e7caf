//! A field that is gone is described as a field, and by the version that has it no more.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, removed(memo: String))]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

//! Version 2 exists because events of version 1 lie in a store, and those have to be read too.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    pub currency: String,
}

fn main() {}

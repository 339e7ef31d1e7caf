//! A reader of version 1 expects the old type.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, floor = 1)]
pub struct Deposited {
    #[event(retyped(2, from = u32))]
    pub amount: u64,
}

fn main() {}

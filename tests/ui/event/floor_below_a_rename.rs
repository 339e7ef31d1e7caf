//! A reader of version 1 looks for `memo`, and would not find it.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, floor = 1)]
pub struct Deposited {
    pub amount: u64,
    #[event(renamed(2, from = "memo"))]
    pub note: String,
}

fn main() {}

//! What is written is made of a clone.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, write = 1)]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 2)]
    pub note: Option<String>,
}

fn main() {}

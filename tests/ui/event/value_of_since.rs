//! What is in version 1 is there from the start.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 1, default = "EUR")]
    pub currency: String,
}

fn main() {}

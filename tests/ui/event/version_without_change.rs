//! A version that changes nothing is a number that was forgotten, or a change that was.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 3)]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 3, default = "EUR")]
    pub currency: String,
}

fn main() {}

//! What is written is a version.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, write = "1")]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 2, default = "EUR")]
    pub currency: String,
}

fn main() {}

//! What is said of one field stands on that field.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, since = 2)]
pub struct Deposited {
    pub amount: u64,
    pub note: Option<String>,
}

fn main() {}

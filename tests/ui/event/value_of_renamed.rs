//! The key before the rename lies in stores.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(renamed(2, "memo"))]
    pub note: String,
}

fn main() {}

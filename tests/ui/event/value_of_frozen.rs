//! An event is frozen or it is not.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", frozen = true)]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

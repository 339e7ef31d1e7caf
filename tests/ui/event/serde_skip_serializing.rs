//! A field that is only read is lost with the next event, and one that is only written is never seen again.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
pub struct Deposited {
    pub amount: u64,
    #[serde(skip_serializing, default)]
    pub checked: bool,
}

fn main() {}

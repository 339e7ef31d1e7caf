//! What lies inside an event is stored with it, so a change of it is a change of the event.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Money {
    pub cents: u64,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
pub struct Deposited {
    pub amount: Option<Money>,
}

fn main() {}

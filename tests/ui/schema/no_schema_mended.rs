use recount::{Event, Schema};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Money {
    pub cents: u64,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
pub struct Deposited {
    pub amount: Option<Money>,
}

fn main() {}

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", context = "bank")]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

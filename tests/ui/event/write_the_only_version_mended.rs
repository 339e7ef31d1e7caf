use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 1)]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, removed(2, memo: String))]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

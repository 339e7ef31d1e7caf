use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, write = 1, removed(2, channel: u8, default = 0))]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

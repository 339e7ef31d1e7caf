use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 3, removed(2, fee: Option<u64>))]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 3)]
    pub fee: Option<i64>,
}

fn main() {}

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 3)]
pub struct Deposited {
    pub amount: u64,
    #[event(renamed(2, from = "memo"), renamed(3, from = "remark"))]
    pub note: String,
}

fn main() {}

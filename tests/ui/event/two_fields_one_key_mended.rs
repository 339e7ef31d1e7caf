use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(renamed(2, from = "memo"))]
    pub note: String,
    #[event(renamed(2, from = "mark"))]
    pub remark: String,
}

fn main() {}

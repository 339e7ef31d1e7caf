//! Both fields would be read from the one value that lies there.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(renamed(2, from = "memo"))]
    pub note: String,
    #[event(renamed(2, from = "memo"))]
    pub remark: String,
}

fn main() {}

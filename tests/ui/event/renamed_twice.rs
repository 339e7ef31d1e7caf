//! From one version to the next a field has one old name.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(renamed(2, from = "memo"), renamed(2, from = "remark"))]
    pub note: String,
}

fn main() {}

//! What is kept is an event too: its name and its version are checked.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct DepositedV1 {
    amount: u64,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, from = DepositedV1)]
pub struct Deposited {
    pub amount: u64,
}

impl recount::Upcast<DepositedV1> for DepositedV2 {
    fn upcast(old: DepositedV1) -> Self {
        Self { amount: old.amount }
    }
}

fn main() {}

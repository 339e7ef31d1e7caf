//! What was kept knows what lies below it, and is itself the oldest that can be written here.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Event)]
#[event(name = "account.deposited", version = 2, frozen, removed(2, memo: String))]
pub struct DepositedV2 {
    amount: u64,
}

#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 3, write = 1, from = DepositedV2)]
pub struct Deposited {
    pub amount: u64,
}

impl recount::Upcast<DepositedV2> for DepositedV3 {
    fn upcast(old: DepositedV2) -> Self {
        Self { amount: old.amount }
    }
}

fn main() {}

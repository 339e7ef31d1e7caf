use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Event)]
#[event(name = "account.deposited", version = 1, frozen)]
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

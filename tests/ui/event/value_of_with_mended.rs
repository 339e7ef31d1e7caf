use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 2, with = cents)]
    pub cents: u64,
}

fn cents(old: &DepositedV1) -> u64 {
    old.amount * 100
}

fn main() {}

//! What a kept struct becomes, nobody knows but you.

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

fn main() {}

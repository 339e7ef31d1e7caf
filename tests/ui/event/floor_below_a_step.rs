//! A step may change what the fields mean, so readers have to know of it.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, floor = 1, step(1 = in_cents), removed(2, amount: Option<u64>))]
pub struct Deposited {
    #[event(since = 2)]
    pub cents: u64,
}

fn in_cents(old: DepositedV1) -> DepositedV2 {
    DepositedV2 {
        cents: old.amount.unwrap_or_default() * 100,
    }
}

fn main() {}

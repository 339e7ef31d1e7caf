//! A step goes from one version to the next.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, step(in_cents), removed(2, amount: u64))]
pub struct Deposited {
    #[event(since = 2)]
    pub cents: u64,
}

fn in_cents(old: DepositedV1) -> DepositedV2 {
    DepositedV2 {
        cents: old.amount * 100,
    }
}

fn main() {}

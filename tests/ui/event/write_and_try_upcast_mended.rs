use recount::{Downcast, Event, Upcast};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, write = 1, step(1), removed(2, amount: u64))]
pub struct Deposited {
    #[event(since = 2)]
    pub cents: u64,
}

impl Downcast<DepositedV2> for DepositedV1 {
    fn downcast(new: DepositedV2) -> Self {
        Self {
            amount: new.cents / 100,
        }
    }
}

impl Upcast<DepositedV1> for DepositedV2 {
    fn upcast(old: DepositedV1) -> Self {
        Self {
            cents: old.amount.saturating_mul(100),
        }
    }
}

fn main() {}

//! Every event that is written as an older version is read back at once, when there is no metadata yet and no reader to be told of an error.

use recount::{Downcast, Event, TryUpcast, UpcastError, UpcastMeta};
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

impl TryUpcast<DepositedV1> for DepositedV2 {
    fn try_upcast(old: DepositedV1, _: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        let cents = old.amount.checked_mul(100).ok_or_else(|| UpcastError::new("too much"))?;
        Ok(Self { cents })
    }
}

fn main() {}

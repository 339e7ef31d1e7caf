//! `raw` makes the lowest version of all that lies below it, and so there is nothing for `from` to name.

use recount::{Event, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize, Event)]
#[event(name = "account.deposited", version = 1, frozen)]
pub struct DepositedV1 {
    amount: u64,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, from = DepositedV1, raw(..=1 = repair))]
pub struct Deposited {
    pub amount: u64,
}

fn repair(stored: Value, _: &UpcastMeta<'_>) -> Result<DepositedV2, UpcastError> {
    let amount = stored["amount"].as_u64().ok_or_else(|| UpcastError::new("no amount"))?;
    Ok(DepositedV2 { amount })
}

impl recount::Upcast<DepositedV1> for DepositedV2 {
    fn upcast(old: DepositedV1) -> Self {
        Self { amount: old.amount }
    }
}

fn main() {}

use recount::{Event, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2, raw(..=1 = repair))]
pub struct Deposited {
    pub amount: u64,
}

fn repair(stored: Value, _: &UpcastMeta<'_>) -> Result<DepositedV2, UpcastError> {
    let amount = stored["amount"].as_u64().ok_or_else(|| UpcastError::new("no amount"))?;
    Ok(DepositedV2 { amount })
}

fn main() {}

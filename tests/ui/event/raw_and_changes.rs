//! What no Rust type describes has no fields that could change.

use recount::{Event, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 3, raw(..=2 = repair))]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 2)]
    pub note: Option<String>,
}

fn repair(stored: Value, _: &UpcastMeta<'_>) -> Result<DepositedV3, UpcastError> {
    let amount = stored["amount"].as_u64().ok_or_else(|| UpcastError::new("no amount"))?;
    Ok(DepositedV3 { amount, note: None })
}

fn main() {}

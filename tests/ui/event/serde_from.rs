//! Another type in the place of the event would be stored, and its fields have no versions: give the event those fields.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
#[serde(from = "Cents")]
pub struct Deposited {
    pub amount: u64,
}

#[derive(Deserialize)]
pub struct Cents {
    pub cents: u64,
}

impl From<Cents> for Deposited {
    fn from(stored: Cents) -> Self {
        Self { amount: stored.cents }
    }
}

fn main() {}

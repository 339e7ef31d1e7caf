//! An example is a payload of a version that lies in stores.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 1, example(2, r#"{"amount":5}"#))]
pub struct Deposited {
    pub amount: u64,
}

fn main() {}

//! serde fills a missing field in from the `Default` of the whole event, which the older versions do not have.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
#[serde(default)]
pub struct Deposited {
    pub amount: u64,
    pub tags: Vec<String>,
}

fn main() {}

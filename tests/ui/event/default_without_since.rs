//! A field that every version has needs no value for an older one.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(default = "EUR")]
    pub currency: String,
    #[event(since = 2)]
    pub note: Option<String>,
}

fn main() {}

//! A key that does not exist is never passed over: it may be the one that matters.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened", topic = "accounts")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

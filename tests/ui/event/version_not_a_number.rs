//! Versions are counted from 1, by ones; semantic versions would let gaps through.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened", version = "1.0")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

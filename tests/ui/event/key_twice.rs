//! One of the two would be silently without effect.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened", name = "account.started")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

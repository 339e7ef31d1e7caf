//! Name and version are stored beside the payload. A tag inside it would be a second name, and reading it costs time.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
#[serde(tag = "type")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

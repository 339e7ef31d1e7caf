//! All mistakes of an item are reported at once.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(nam = "account.opened", version = 0, version = 1)]
pub struct Opened {
    pub owner: String,
}

fn main() {}

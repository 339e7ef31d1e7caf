//! Names are compared byte for byte, typed in shells and written in tables: a short alphabet keeps them the same everywhere.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account opened")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

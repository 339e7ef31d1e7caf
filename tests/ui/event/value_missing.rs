//! The key needs a value.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name)]
pub struct Opened {
    pub owner: String,
}

fn main() {}

//! A name without a letter says nothing of what happened.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

//! `Event` says what an event is called; how it is written and read, serde says.

use recount::Event;
use serde::Deserialize;

#[derive(Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

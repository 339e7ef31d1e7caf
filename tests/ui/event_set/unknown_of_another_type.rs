//! What is unknown has no type of its own: its name, version and bytes are kept.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    pub owner: String,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.closed")]
pub struct Closed;

#[derive(Event)]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
    #[event(unknown)]
    Other(String),
}

fn main() {}

//! What is dropped is never read, so it cannot be an event of the set as well.

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
#[event(dropped("account.closed"))]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}

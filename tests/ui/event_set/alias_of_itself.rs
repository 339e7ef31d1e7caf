//! The name that an event has today is read without an alias.

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
#[event(alias("account.closed" => Closed))]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}

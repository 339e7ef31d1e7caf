//! A name that is stored today cannot also be the old name of another event: its events would be read as two.

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
#[event(alias("account.closed" => Opened))]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}

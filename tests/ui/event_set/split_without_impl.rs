//! What an old event becomes is said by the user.

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

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.details_changed")]
pub struct DetailsChanged {
    pub owner: String,
}

#[derive(Event)]
#[event(split(DetailsChanged))]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}

//! What is dropped has no struct: the set says that its name is passed over.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    pub owner: String,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.closed", dropped("account.blinked"))]
pub struct Closed;

#[derive(Event)]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}

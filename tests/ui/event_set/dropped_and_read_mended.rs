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
#[event(dropped("account.blinked"))]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}

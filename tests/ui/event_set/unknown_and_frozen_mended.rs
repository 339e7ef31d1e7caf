use recount::{Event, UnknownEvent};
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
    Other(UnknownEvent),
}

fn main() {}

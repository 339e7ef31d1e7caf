//! What an event means that nobody here knows, only the domain can say: it is applied as the others are, or the set does without.

use recount::{Aggregate, Event, UnknownEvent};
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

#[derive(Aggregate)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account;

#[recount::handlers]
impl Account {
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self
    }

    #[apply]
    fn closed(&mut self, _: &Closed) {}
}

fn main() {}

use recount::{Event, Split};
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

impl Split<AccountEvent> for DetailsChanged {
    fn split(self, out: &mut dyn FnMut(AccountEvent)) {
        out(Opened { owner: self.owner }.into());
    }
}

fn main() {}

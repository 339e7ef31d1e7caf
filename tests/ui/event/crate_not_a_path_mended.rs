use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened", crate = ::recount)]
pub struct Opened {
    pub owner: String,
}

fn main() {}

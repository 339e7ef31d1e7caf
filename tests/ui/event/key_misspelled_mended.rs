use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened", version = 1)]
pub struct Opened {
    pub owner: String,
}

fn main() {}

//! Version 2 exists because events of version 1 lie in a store, and those have to be read too.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened", version = 2)]
pub struct Opened {
    pub owner: String,
}

fn main() {}

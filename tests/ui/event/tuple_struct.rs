//! Events are stored as JSON objects, so that fields can be added, removed and renamed. A tuple has no names to store.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened(pub String);

fn main() {}

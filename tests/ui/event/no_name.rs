//! The name is what lies in the store. It does not follow the type, because types are renamed and stored events are not.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
pub struct Opened {
    pub owner: String,
}

fn main() {}

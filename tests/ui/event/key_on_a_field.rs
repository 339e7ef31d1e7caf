//! Some keys are about the event, others about one of its fields.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    #[event(name = "holder")]
    pub owner: String,
}

fn main() {}

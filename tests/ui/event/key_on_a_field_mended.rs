use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    #[serde(rename = "holder")]
    pub owner: String,
}

fn main() {}

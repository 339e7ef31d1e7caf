use recount::{Event, Schema};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    pub owner: String,
    #[serde(flatten)]
    pub audit: Audit,
}

#[derive(Serialize, Deserialize, Schema)]
pub struct Audit {
    pub by: Option<String>,
}

fn main() {}

//! Where one key of a flattened `Option` is missing or of another type, serde reads all of it as `None`, and what is stored is lost.

use recount::{Event, Schema};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    pub owner: String,
    #[serde(flatten)]
    pub audit: Option<Audit>,
}

#[derive(Serialize, Deserialize, Schema)]
pub struct Audit {
    pub by: String,
}

fn main() {}

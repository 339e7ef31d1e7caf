//! While a release is rolled out, old nodes read what new nodes write. They pass over keys that they do not know.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
#[serde(deny_unknown_fields)]
pub struct Opened {
    pub owner: String,
}

fn main() {}

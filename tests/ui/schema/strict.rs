//! A node of the last release reads what this one writes, and takes what it does not know yet.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub item: String,
}

fn main() {}

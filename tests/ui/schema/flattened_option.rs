//! The same inside a type of an event: an `Option` is flattened as a whole or not at all.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Entry {
    pub title: String,
    #[serde(flatten)]
    pub audit: Option<Audit>,
}

#[derive(Serialize, Deserialize, Schema)]
pub struct Audit {
    pub by: String,
}

fn main() {}

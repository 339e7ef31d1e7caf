//! What is flattened has no key of its own, and a named format has no keys that are known.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Entry {
    pub title: String,
    #[serde(flatten)]
    #[schema(scalar = "details", example = "{\"by\":\"Ada\"}")]
    pub details: Details,
}

#[derive(Serialize, Deserialize)]
pub struct Details {
    pub by: String,
}

fn main() {}

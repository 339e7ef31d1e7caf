//! Whether a value is of a variant is told in one way for all of them.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub enum Payment {
    Cash,
    #[serde(untagged)]
    Other(String),
}

fn main() {}

//! A value that is written and never read is a payload that nobody can read again.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub enum Payment {
    Cash,
    #[serde(skip_deserializing)]
    Card,
}

fn main() {}

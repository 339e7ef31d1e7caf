//! The fields of an event are what is stored, in every version. What is said of a format is said of a field.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "entry.written")]
#[schema(scalar = "entry/1")]
pub struct Written {
    pub entry: serde_json::Value,
}

fn main() {}

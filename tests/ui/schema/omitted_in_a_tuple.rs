//! Without the value before it a value is read in the place of another.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Line(pub String, #[serde(skip_serializing_if = "Vec::is_empty")] pub Vec<String>);

fn main() {}

//! Two types contain each other through a field, so it is a field that names one of them.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
#[schema(by_name = "node")]
pub struct Node {
    pub leaves: Vec<Leaf>,
}

#[derive(Serialize, Deserialize, Schema)]
pub struct Leaf {
    pub id: u64,
}

fn main() {}

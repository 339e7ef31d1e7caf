//! The name is a text, because it stands in the lock.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Node {
    pub leaves: Vec<Leaf>,
}

#[derive(Serialize, Deserialize, Schema)]
pub struct Leaf {
    #[schema(by_name(Node))]
    pub node: Option<Box<Node>>,
}

fn main() {}

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub enum Payment {
    Cash,
    Other(String),
}

fn main() {}

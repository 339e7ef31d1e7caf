use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub enum Payment {
    #[serde(rename = "cash")]
    Cash,
}

fn main() {}

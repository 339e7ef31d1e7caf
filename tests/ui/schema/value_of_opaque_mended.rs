use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Entry {
    pub title: String,
    #[schema(opaque)]
    pub rest: serde_json::Value,
}

fn main() {}

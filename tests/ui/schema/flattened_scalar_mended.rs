use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Entry {
    pub title: String,
    #[schema(scalar = "details", example = "{\"by\":\"Ada\"}")]
    pub details: Details,
}

#[derive(Serialize, Deserialize)]
pub struct Details {
    pub by: String,
}

fn main() {}

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub struct Entry {
    pub title: String,
    #[serde(flatten)]
    pub audit: Audit,
}

#[derive(Serialize, Deserialize, Schema)]
pub struct Audit {
    pub by: Option<String>,
}

fn main() {}

//! What is written under one name and read under another is lost.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub enum Payment {
    #[serde(rename(serialize = "cash"))]
    Cash,
}

fn main() {}

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
pub enum Number {
    Whole(u64),
    Real(f64),
}

fn main() {}

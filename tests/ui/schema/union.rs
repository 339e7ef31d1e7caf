//! serde reads and writes no union, because nothing says which of its fields is there.

use recount::Schema;

#[derive(Schema)]
pub union Number {
    pub whole: u64,
    pub real: f64,
}

fn main() {}

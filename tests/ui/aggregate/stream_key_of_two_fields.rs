//! Two fields would need a text that keeps them apart, and only you know one.

#[derive(Clone, recount::StreamKey)]
pub struct Seat {
    pub row: u32,
    pub number: u32,
}

fn main() {}

//! The macro writes a set of events and the event of each variant.

#[recount::events(prefix = "account")]
pub struct Opened {
    pub owner: String,
}

fn main() {}

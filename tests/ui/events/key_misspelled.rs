//! A key that does not exist is never passed over: it may be the one that matters.

#[recount::events(perfix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

fn main() {}

//! Every value stands behind its key, so that more can be added.

#[recount::events("account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

fn main() {}

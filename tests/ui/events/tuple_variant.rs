//! Events are stored as JSON objects, so that fields can be added, removed and renamed. A tuple has no names to store.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed(String, u32),
}

fn main() {}

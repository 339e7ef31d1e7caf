//! The stored names are the prefix, a `.` and the name of the variant.

#[recount::events(prefix = account)]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

fn main() {}

//! Names are compared byte for byte, typed in shells and written in tables: a short alphabet keeps them the same everywhere.

#[recount::events(prefix = "bank account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

fn main() {}

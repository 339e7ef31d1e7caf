//! A union cannot be stored.

use recount::Event;

#[derive(Event)]
#[event(name = "account.opened")]
pub union Opened {
    pub owner: u64,
}

fn main() {}

//! What an old event says must not depend on when it is read: a default is a constant.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 2, default = now())]
    pub at: u64,
}

fn now() -> u64 {
    7
}

fn main() {}

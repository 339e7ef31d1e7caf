//! Where nothing is written, no reader has to follow.

use recount::Event;
use serde::Deserialize;

#[derive(Deserialize, Event)]
#[event(name = "account.deposited", version = 2, frozen, floor = 2)]
pub struct Deposited {
    pub amount: u64,
    #[event(since = 2, default = "EUR")]
    pub currency: String,
}

fn main() {}

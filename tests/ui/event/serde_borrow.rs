//! The payload is gone once the event is read.

use std::borrow::Cow;

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
pub struct Deposited {
    pub amount: u64,
    #[serde(borrow)]
    pub currency: Cow<'static, str>,
}

fn main() {}

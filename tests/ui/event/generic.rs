//! One name stands for one type. With a parameter there would be many.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened<T> {
    pub owner: T,
}

fn main() {}

//! One name stands for one type. With a parameter there would be many.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    pub owner: String,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.closed")]
pub struct Closed;

#[derive(Event)]
pub enum AccountEvent<T> {
    Opened(Opened),
    Closed(T),
}

fn main() {}

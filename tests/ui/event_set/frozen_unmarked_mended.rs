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

#[derive(Deserialize, Event)]
#[event(name = "account.limit_raised", frozen)]
pub struct LimitRaised {
    pub limit: u64,
}

#[derive(Event)]
pub enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
    #[event(frozen)]
    LimitRaised(LimitRaised),
}

fn main() {}

//! A retired event is folded for ever and never decided again.

use recount::{Aggregate, Event};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened;

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.limit_raised")]
pub struct LimitRaised;

#[derive(Event)]
pub enum AccountEvent {
    Opened(Opened),
    #[event(frozen)]
    LimitRaised(LimitRaised),
}

#[derive(Aggregate)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account;

#[recount::handlers]
impl Account {
    #[command]
    pub fn open() -> Opened {
        Opened
    }

    #[command]
    pub fn raise_limit(&self) -> Option<LimitRaised> {
        Some(LimitRaised)
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self
    }

    #[apply]
    fn limit_raised(&mut self, _: &LimitRaised) {}
}

fn main() {}

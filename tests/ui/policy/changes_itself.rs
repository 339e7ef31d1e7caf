//! A policy has nothing that it could change: what it answers follows from the event alone.

use recount::Meta;

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened {},
    Deposited { amount: u64 },
}

#[derive(recount::Aggregate)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account;

#[recount::handlers]
impl Account {
    #[command]
    pub fn deposit(&self, amount: u64) -> Deposited {
        Deposited { amount }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self
    }

    #[apply]
    fn deposited(&mut self, _: &Deposited) {}
}

#[derive(recount::Policy, Default)]
#[policy(name = "welcome", reads(Account), start = now)]
pub struct Welcome;

#[recount::handlers]
impl Welcome {
    #[on]
    fn opened(&mut self, _: &Opened, _: &Meta) {}

    #[on]
    fn deposited(&mut self, _: &Deposited, _: &Meta) {}
}

fn main() {}

//! What is sent is recorded before, and read after a restart.

use recount::{Command, Meta, OrPark};

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened {},
    Deposited { amount: u64 },
}

#[derive(recount::Aggregate)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account;

#[derive(Clone)]
pub struct Deposit {
    amount: u64,
}

#[recount::handlers]
impl Account {
    #[command(Deposit)]
    pub fn deposit(&self, command: Deposit) -> Deposited {
        Deposited { amount: command.amount }
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
    fn opened(&self, _: &Opened, meta: &Meta) -> OrPark<Deposit> {
        Deposit { amount: 5 }.to(meta.id()).or_park()
    }
}

fn main() {}

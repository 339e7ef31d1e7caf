//! The bound of a loop is counted, and stands where it is declared.

use recount::{Command, Meta, OrPark};

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
#[policy(name = "welcome", reads(Account), start = now, hops = "8")]
pub struct Welcome;

#[recount::handlers]
impl Welcome {
    #[on]
    fn opened(&self, _: &Opened, meta: &Meta) -> OrPark<Deposit> {
        Deposit { amount: 5 }.to(meta.id()).or_park()
    }
}

fn main() {}

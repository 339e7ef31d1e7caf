//! The state of a process follows from its events by `#[apply]`, and a reaction only looks at it.

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

#[derive(recount::Process)]
#[process(name = "first-deposit", id = String, reads(Account), start = now)]
pub struct FirstDeposit {
    amount: u64,
}

#[recount::handlers]
impl FirstDeposit {
    #[on(key = meta.id())]
    fn deposited(&mut self, event: &Deposited, _: &Meta) {
        self.amount += event.amount;
    }
}

fn main() {}

//! Where an instance starts, and its state is applied, the block is that of a process also if no handler has `&self`.

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
    #[apply]
    fn begun(_: &Opened) -> Self {
        Self { amount: 0 }
    }

    #[on(start, key = meta.id())]
    fn opened(&mut self, _: &Opened, _: &Meta) {}
}

fn main() {}

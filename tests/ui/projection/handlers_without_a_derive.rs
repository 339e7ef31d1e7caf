//! A block of handlers says what is done with events; the derive says which events are read, and under which name.

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

#[derive(Default, serde::Serialize, serde::Deserialize)]
pub struct Total {
    amount: u64,
}

#[recount::handlers]
impl Total {
    #[on]
    fn deposited(&mut self, event: &Deposited, _: &Meta) {
        self.amount += event.amount;
    }

    #[query]
    pub fn at_least(&self, amount: u64) -> bool {
        self.amount >= amount
    }
}

fn main() {}

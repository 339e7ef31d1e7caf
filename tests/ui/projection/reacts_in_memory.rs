//! A projection in memory is changed by its handlers; with `&self` a handler only answers, as a policy does.

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

#[derive(recount::Projection, Default, serde::Serialize, serde::Deserialize)]
#[projection(name = "total", reads(Account))]
pub struct Total {
    amount: u64,
}

#[recount::handlers]
impl Total {
    #[on]
    fn deposited(&self, event: &Deposited, _: &Meta) {
        let _ = event;
    }
}

fn main() {}

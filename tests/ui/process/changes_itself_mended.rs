use recount::{End, Meta};

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

    #[apply]
    fn paid(&mut self, event: &Deposited) {
        self.amount += event.amount;
    }

    #[on(start, key = meta.id())]
    fn opened(&self, _: &Opened, _: &Meta) {}

    #[on(key = meta.id())]
    fn deposited(&self, _: &Deposited, _: &Meta) -> Option<End> {
        (self.amount > 0).then_some(End)
    }
}

fn main() {}

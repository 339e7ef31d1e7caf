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

pub struct Database;

impl recount::ViewStore for Database {
    type Tx<'a> = Vec<u64>;
    type Shown = ();
    type Error = std::fmt::Error;
}

#[derive(recount::Projection, Default)]
#[projection(name = "total", reads(Account), view = Database)]
pub struct Total;

#[recount::handlers]
impl Total {
    #[on]
    fn deposited(&self, tx: &mut Vec<u64>, event: &Deposited, _: &Meta) -> Result<(), std::fmt::Error> {
        tx.push(event.amount);
        Ok(())
    }
}

fn main() {}

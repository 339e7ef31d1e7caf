use recount::sqlite::SqliteView;
use recount::sqlite::rusqlite::{self, Transaction};
use recount::{Meta, Runtime};

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

#[derive(recount::Projection, Default)]
#[projection(name = "total", reads(Account), view = SqliteView)]
pub struct Total;

#[recount::handlers]
impl Total {
    #[on]
    fn deposited(&self, tx: &mut Transaction<'_>, event: &Deposited, _: &Meta) -> rusqlite::Result<()> {
        tx.execute("UPDATE total SET amount = amount + ?1", [event.amount])
            .map(drop)
    }
}

pub fn start() {
    let view = SqliteView::new("total.sqlite", "CREATE TABLE total (amount INTEGER NOT NULL) STRICT");
    drop(Runtime::builder().projection_in::<Total>(view));
}

fn main() {}

//! The type of the id is checked at every call, so that an order cannot be looked up by the id of an account.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

#[derive(recount::Aggregate)]
#[aggregate(name = "account", events = AccountEvent)]
pub struct Account {
    open: bool,
}

#[recount::handlers]
impl Account {
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    #[command]
    pub fn close(&self) -> Result<Closed, AlreadyClosed> {
        if self.open { Ok(Closed) } else { Err(AlreadyClosed) }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { open: true }
    }

    #[apply]
    fn closed(&mut self, _: &Closed) {
        self.open = false;
    }
}

pub struct AlreadyClosed;

fn main() {}

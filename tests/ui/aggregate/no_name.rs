//! The name is the category of the streams, such as `account` in `account/acc-101`. It does not follow the type, because types are renamed and stored streams are not.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

#[derive(recount::Aggregate)]
#[aggregate(id = String, events = AccountEvent)]
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

//! The state follows from the events. An event that changes nothing is applied too, by a method without a body: so nothing is forgotten.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

#[derive(recount::Aggregate)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
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

}

pub struct AlreadyClosed;

fn main() {}

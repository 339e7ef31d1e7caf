//! Nothing is due after no time: each count is 1 at least.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

#[derive(recount::Aggregate, recount::Schema, serde::Serialize, serde::Deserialize)]
#[aggregate(name = "account", id = String, events = AccountEvent, snapshot(micros = 0))]
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

//! What a snapshot leaves out is lost with the events before it.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed,
}

#[derive(recount::Aggregate, recount::Schema, serde::Serialize, serde::Deserialize)]
#[aggregate(name = "account", id = String, events = AccountEvent, snapshot(every = 100))]
pub struct Account {
    open: bool,
    #[serde(skip)]
    times: u64,
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
        Self { open: true, times: 1 }
    }

    #[apply]
    fn closed(&mut self, _: &Closed) {
        self.open = false;
        self.times += 1;
    }
}

pub struct AlreadyClosed;

fn main() {}

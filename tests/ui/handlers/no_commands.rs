//! The enum has a variant for each command.

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

#[recount::handlers(commands = AccountCommand)]
impl Account {
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

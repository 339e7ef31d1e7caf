//! What a command is decided on comes first, and its fields after it.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
}

#[derive(recount::Aggregate)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    open: bool,
}

#[recount::handlers]
impl Account {
    #[command]
    pub fn open(owner: String, account: Option<&Self>) -> Option<Opened> {
        account.is_none().then_some(Opened { owner })
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { open: true }
    }
}

fn main() {}

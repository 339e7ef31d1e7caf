//! A method on a state that exists has it as its receiver.

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
    pub fn open(owner: String, account: &Self) -> Option<Opened> {
        account.open.then_some(Opened { owner })
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { open: true }
    }
}

fn main() {}

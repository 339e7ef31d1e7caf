//! What a command holds is its own, also inside of other types.

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
    pub fn open(names: Vec<&str>) -> Opened {
        Opened { owner: names.join(" ") }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { open: true }
    }
}

fn main() {}

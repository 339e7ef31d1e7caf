use recount::Context;

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
    pub fn open(owner: String, cx: &Context) -> Option<Opened> {
        (cx.id() != owner).then_some(Opened { owner })
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { open: true }
    }
}

fn main() {}

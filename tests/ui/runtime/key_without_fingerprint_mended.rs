use recount::Runtime;

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
}

#[derive(recount::Aggregate)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account;

#[recount::handlers]
impl Account {
    #[command(Open)]
    pub fn open(command: Open) -> Opened {
        Opened { owner: command.owner }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self
    }
}

#[derive(Clone, serde::Serialize)]
pub struct Open {
    pub owner: String,
}

pub async fn open(runtime: Runtime, owner: String) {
    let _receipt = runtime
        .execute("acc-101", Open { owner })
        .idempotency_key("req-7")
        .await;
}

fn main() {}

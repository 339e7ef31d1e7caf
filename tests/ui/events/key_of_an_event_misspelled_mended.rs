#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened {
        owner: String,
    },
    #[event(name = "account.shut")]
    Closed,
}

fn main() {}

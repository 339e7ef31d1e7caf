//! What stands on a variant is about its event, and is reported there.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    #[event(nmae = "account.shut")]
    Closed,
}

fn main() {}

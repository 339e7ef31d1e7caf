//! A stored event is found by its name alone, so two events of a set cannot share one.

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    #[event(name = "account.opened")]
    Closed,
}

fn main() {}

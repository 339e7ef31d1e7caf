#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
    Closed { by: String, reason: u32 },
}

fn main() {}

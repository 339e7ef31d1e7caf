//! One name stands for one type. With a parameter there would be many.

#[recount::events(prefix = "account")]
pub enum AccountEvent<T> {
    Opened { owner: T },
    Closed,
}

fn main() {}

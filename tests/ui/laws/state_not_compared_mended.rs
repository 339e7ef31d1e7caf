//! A law holds two states against one another, and shows both where they differ. Events need not be compared.

use recount::testing::laws::{Laws, fold_twice};

#[recount::events(prefix = "account")]
pub enum AccountEvent {
    Opened { owner: String },
}

#[derive(recount::Aggregate, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    owner: String,
}

#[recount::handlers]
impl Account {
    #[apply]
    fn opened(event: &Opened) -> Self {
        Self {
            owner: event.owner.clone(),
        }
    }
}

fn main() {
    fold_twice::<Account>(&Laws::new());
}

//! After the aggregate come its keys, each once. What is misspelled would be a law that nobody tries.

use recount::testing::laws::proptest::prelude::*;

#[recount::events(prefix = "account")]
#[derive(Debug, PartialEq)]
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
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    #[apply]
    fn opened(event: &Opened) -> Self {
        Self {
            owner: event.owner.clone(),
        }
    }
}

fn openings() -> impl Strategy<Value = Open> {
    "[a-z]*".prop_map(|owner| Open { owner })
}

recount::laws!(Account, commands = openings());

fn main() {}

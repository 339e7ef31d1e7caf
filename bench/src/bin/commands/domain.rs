//! The account that commands are measured on.

use recount::{Aggregate, EventStore, Runtime};

/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AccountEvent {
    /// It is there from now on.
    Opened { owner: String },
    /// Money was paid in.
    Deposited {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
}

/// A state of the usual size.
#[derive(Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub(crate) struct Account {
    pub(crate) balance: u64,
    pub(crate) entries: u64,
    pub(crate) owner: String,
}

/// The account refuses sums that nobody counts.
#[derive(Debug, thiserror::Error)]
#[error("{0} is too much")]
pub(crate) struct TooMuch(u64);

#[recount::handlers]
impl Account {
    #[command]
    pub(crate) fn open(owner: String) -> Opened {
        Opened { owner }
    }

    #[command]
    pub(crate) fn deposit(&self, amount: u64) -> Result<Deposited, TooMuch> {
        if self.balance.checked_add(amount).is_none() {
            return Err(TooMuch(amount));
        }
        Ok(deposited(amount))
    }

    #[apply]
    fn opened(event: &Opened) -> Self {
        Self {
            balance: 0,
            entries: 0,
            owner: event.owner.clone(),
        }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
        self.entries += 1;
    }
}

pub(crate) fn deposited(amount: u64) -> Deposited {
    Deposited {
        amount,
        currency: "EUR".to_owned(),
        note: "rent of the month".to_owned(),
        teller: 7,
    }
}

pub(crate) async fn runtime(store: impl EventStore) -> Result<Runtime, recount::StartError> {
    Runtime::builder().store(store).aggregate::<Account>().start().await
}

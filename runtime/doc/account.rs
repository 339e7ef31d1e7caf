// The account that the examples of the docs are about; they include this file.

use recount::Aggregate;

/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// The account exists from now on.
    Opened { owner: String },
    /// Money was paid in.
    Deposited { amount: u64 },
    /// Money was paid out.
    Withdrawn { amount: u64 },
}

/// What an account says no to.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the balance is {balance}, {amount} was asked for")]
pub struct InsufficientFunds {
    /// What there is.
    pub balance: u64,
    /// What was asked for.
    pub amount: u64,
}

/// An account.
#[derive(Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    /// What there is.
    pub balance: u64,
}

#[recount::handlers(commands = AccountCommand)]
impl Account {
    /// Opens the account.
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    /// Pays in.
    #[command]
    pub fn deposit(&self, amount: u64) -> Deposited {
        Deposited { amount }
    }

    /// Pays out.
    #[command]
    pub fn withdraw(&self, amount: u64) -> Result<Withdrawn, InsufficientFunds> {
        if amount > self.balance {
            return Err(InsufficientFunds { balance: self.balance, amount });
        }
        Ok(Withdrawn { amount })
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { balance: 0 }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }

    #[apply]
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
    }
}

//! An account, as small as one can be.

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

/// There is less on the account than was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the balance is {balance}, {amount} was asked for")]
pub struct InsufficientFunds {
    balance: u64,
    amount: u64,
}

#[derive(Aggregate, Clone, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    balance: u64,
}

#[recount::handlers]
impl Account {
    /// Opens the account.
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    /// Pays money in.
    #[command]
    pub fn deposit(&self, amount: u64) -> Deposited {
        Deposited { amount }
    }

    /// Pays money out, if there is enough.
    #[command]
    pub fn withdraw(&self, amount: u64) -> Result<Withdrawn, InsufficientFunds> {
        let balance = self.balance;
        if amount > balance {
            return Err(InsufficientFunds { balance, amount });
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

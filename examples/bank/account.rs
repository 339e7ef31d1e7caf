//! An account: what can happen to it, and who decides.

use recount::Aggregate;

use crate::money::Cents;

/// What can happen to an account.
#[recount::events(prefix = "account", context = "bank")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// The account exists from now on.
    Opened { owner: String },
    /// Money was paid in.
    Deposited { amount: Cents },
    /// Money was paid out.
    Withdrawn { amount: Cents, purpose: String },
    /// Nothing can happen any more.
    Closed,
}

/// What an account says no to.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum AccountError {
    #[error("the balance is {balance}, {amount} was asked for")]
    InsufficientFunds { balance: Cents, amount: Cents },
    #[error("the account is closed")]
    IsClosed,
    #[error("there is still {balance} on it")]
    NotEmpty { balance: Cents },
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    pub owner: String,
    pub balance: Cents,
    is_closed: bool,
}

#[recount::handlers(commands = AccountCommand)]
impl Account {
    /// Opens the account.
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    /// Pays money in.
    #[command]
    pub fn deposit(&self, amount: Cents) -> Result<Deposited, AccountError> {
        self.check_open()?;
        Ok(Deposited { amount })
    }

    /// Pays money out, if there is enough.
    #[command]
    pub fn withdraw(&self, amount: Cents, purpose: String) -> Result<Withdrawn, AccountError> {
        self.check_open()?;
        if amount > self.balance {
            return Err(AccountError::InsufficientFunds {
                balance: self.balance,
                amount,
            });
        }
        Ok(Withdrawn { amount, purpose })
    }

    /// Closes an empty account; closing it again does nothing.
    #[command(idempotent)]
    pub fn close(&self) -> Result<Option<Closed>, AccountError> {
        if self.balance > Cents(0) {
            return Err(AccountError::NotEmpty { balance: self.balance });
        }
        Ok((!self.is_closed).then_some(Closed))
    }

    #[apply]
    fn opened(event: &Opened) -> Self {
        Self {
            owner: event.owner.clone(),
            balance: Cents(0),
            is_closed: false,
        }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }

    #[apply]
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
    }

    #[apply]
    fn closed(&mut self, _: &Closed) {
        self.is_closed = true;
    }

    fn check_open(&self) -> Result<(), AccountError> {
        if self.is_closed {
            Err(AccountError::IsClosed)
        } else {
            Ok(())
        }
    }
}

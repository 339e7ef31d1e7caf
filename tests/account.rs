//! The account of the design: it compiles as written, it behaves, and it does not get longer.

// yardstick: begin
/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// The account exists from now on.
    Opened { owner: String },
    /// Money was paid in.
    Deposited { amount: u64, currency: String },
    /// Money was paid out.
    Withdrawn { amount: u64 },
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum AccountError {
    #[error("the balance is {balance}, {amount} was asked for")]
    InsufficientFunds { balance: u64, amount: u64 },
}

#[derive(recount::Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    balance: u64,
}

#[recount::handlers(commands = AccountCommand)]
impl Account {
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }
    #[command]
    pub fn deposit(&self, amount: u64, currency: String) -> Deposited {
        Deposited { amount, currency }
    }
    #[command]
    pub fn withdraw(&self, amount: u64) -> Result<Withdrawn, AccountError> {
        if amount > self.balance {
            return Err(AccountError::InsufficientFunds {
                balance: self.balance,
                amount,
            });
        }
        Ok(Withdrawn { amount })
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { balance: 0 }
    }
    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount
    }
    #[apply]
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.balance -= event.amount
    }
}
// yardstick: end

#[test]
fn t() {
    let e = AccountRejection::Withdraw(AccountError::InsufficientFunds { balance: 1, amount: 2 });
    println!("{e} {e:?} {:?}", std::error::Error::source(&e).is_none());
}

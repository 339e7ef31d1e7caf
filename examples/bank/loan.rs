//! A loan: an aggregate that is an enum, with an id that is a number.

use recount::Aggregate;

use crate::money::Cents;

/// What can happen to a loan.
#[recount::events(prefix = "loan", context = "bank")]
#[derive(Clone, Debug, PartialEq)]
pub enum LoanEvent {
    /// The bank lends from now on.
    Granted { account: String, amount: Cents },
    /// A part came back.
    Repaid { amount: Cents },
    /// All of it came back.
    Settled,
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "loan", id = u64, events = LoanEvent)]
pub enum Loan {
    Running { open: Cents },
    Over,
}

/// The loan is over, so nothing can be repaid.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the loan is over")]
pub struct IsOver;

#[recount::handlers(commands = LoanCommand)]
impl Loan {
    /// Lends an amount.
    #[command]
    pub fn grant(account: String, amount: Cents) -> Granted {
        Granted { account, amount }
    }

    /// Takes a repayment: at most what is open, and the last one settles the loan.
    #[command]
    pub fn repay(&self, amount: Cents) -> Result<(Repaid, Option<Settled>), IsOver> {
        match self {
            Self::Running { open } => Ok((
                Repaid {
                    amount: amount.min(*open),
                },
                (amount >= *open).then_some(Settled),
            )),
            Self::Over => Err(IsOver),
        }
    }

    #[apply]
    fn granted(event: &Granted) -> Self {
        Self::Running { open: event.amount }
    }

    #[apply]
    fn repaid(&mut self, event: &Repaid) {
        if let Self::Running { open } = self {
            *open -= event.amount;
        }
    }

    #[apply]
    fn settled(self, _: &Settled) -> Self {
        Self::Over
    }
}

//! The domain that is simulated: accounts whose events say what their handler saw, so that a decision on a wrong state shows in the log.

use std::cell::Cell;
use std::convert::Infallible;
use std::panic::resume_unwind;

use recount::{Aggregate, Context};

/// What can happen to an account. `op` is the command that did it, `before` the balance that its handler saw, `at` the time.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AccountEvent {
    /// The account exists from now on.
    Opened { op: u64, at: String },
    /// Money was paid in.
    Deposited {
        op: u64,
        amount: u64,
        before: u64,
        at: String,
        note: String,
    },
    /// Money was paid out.
    Withdrawn {
        op: u64,
        amount: u64,
        before: u64,
        at: String,
    },
    /// Never written: folding it panics.
    Frozen { op: u64 },
}

/// A withdrawal that the balance does not allow.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the balance is {balance}, {amount} was asked for")]
pub(crate) struct Short {
    pub(crate) balance: u64,
    pub(crate) amount: u64,
}

impl From<Infallible> for Short {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

thread_local! {
    /// Planted: every so many events this thread folds one twice. 0 is never.
    pub(crate) static FOLDS_TWICE: Cell<u64> = const { Cell::new(0) };
    static FOLDED: Cell<u64> = const { Cell::new(0) };
}

/// The state. `trail` depends on the order of the events, `events` on their count, `balance` on their amounts.
#[derive(Aggregate, Debug, PartialEq, serde::Serialize, serde::Deserialize, recount::Schema)]
#[aggregate(name = "account", id = String, events = AccountEvent, snapshot(every = 3))]
pub(crate) struct Account {
    pub(crate) balance: u64,
    pub(crate) events: u64,
    pub(crate) trail: u64,
}

#[recount::handlers]
impl Account {
    /// Creates.
    #[command]
    pub(crate) fn open(op: u64, cx: &Context) -> Opened {
        let at = cx.now().to_string();
        Opened { op, at }
    }

    /// Changes; the note is so many letters long.
    #[command]
    pub(crate) fn deposit(&self, op: u64, amount: u64, note: usize, cx: &Context) -> Deposited {
        Self::paid(op, amount, self.balance, note, cx)
    }

    /// Changes, or is rejected.
    #[command]
    pub(crate) fn withdraw(&self, op: u64, amount: u64, cx: &Context) -> Result<Withdrawn, Short> {
        let (before, at) = (self.balance, cx.now().to_string());
        if amount > before {
            return Err(Short {
                balance: before,
                amount,
            });
        }
        Ok(Withdrawn { op, amount, before, at })
    }

    /// Either.
    #[command]
    pub(crate) fn ensure(account: Option<&Self>, op: u64, amount: u64, cx: &Context) -> (Option<Opened>, Deposited) {
        let before = account.map_or(0, |account| account.balance);
        let opened = account.is_none().then(|| Self::open(op, cx));
        (opened, Self::paid(op, amount, before, 0, cx))
    }

    /// Several events in one append.
    #[command]
    pub(crate) fn pay_in(&self, op: u64, amounts: Vec<u64>, cx: &Context) -> Vec<Deposited> {
        let mut before = self.balance;
        let paid = amounts.into_iter().map(|amount| {
            let paid = Self::paid(op, amount, before, 0, cx);
            before += amount;
            paid
        });
        paid.collect()
    }

    /// What is written depends on what was seen.
    #[command]
    pub(crate) fn add_interest(&self, op: u64, cx: &Context) -> Deposited {
        Self::paid(op, self.balance % 97 + 1, self.balance, 0, cx)
    }

    /// Decides nothing.
    #[command]
    pub(crate) fn look(&self) {}

    /// Panics where it decides.
    #[command]
    pub(crate) fn explode(&self) -> Opened {
        resume_unwind(Box::new("the handler panics"))
    }

    /// Decides an event whose `#[apply]` panics.
    #[command]
    pub(crate) fn freeze(&self, op: u64) -> Frozen {
        Frozen { op }
    }

    /// Decides a creation of what exists.
    #[command]
    pub(crate) fn open_again(&self, op: u64) -> Opened {
        let at = String::new();
        Opened { op, at }
    }

    fn paid(op: u64, amount: u64, before: u64, note: usize, cx: &Context) -> Deposited {
        let (at, note) = (cx.now().to_string(), "n".repeat(note));
        Deposited {
            op,
            amount,
            before,
            at,
            note,
        }
    }

    #[apply]
    fn opened(event: &Opened) -> Self {
        Self {
            balance: 0,
            events: 1,
            trail: event.op,
        }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        let period = FOLDS_TWICE.get();
        let folded = FOLDED.replace(FOLDED.get() + 1);
        if period > 0 && folded.is_multiple_of(period) {
            self.balance += event.amount;
        }
        self.balance += event.amount;
        self.count(event.op);
    }

    #[apply]
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
        self.count(event.op);
    }

    #[apply]
    fn frozen(self, _: &Frozen) -> Self {
        resume_unwind(Box::new("the fold panics"))
    }

    fn count(&mut self, op: u64) {
        self.events += 1;
        self.trail = self.trail.wrapping_mul(31).wrapping_add(op);
    }
}

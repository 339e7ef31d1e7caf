//! One task: what is asked of a runtime, with everything that was answered noted down at once.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use recount::{
    At, Command, ExecuteError, Fingerprinted, Handle, HistoryError, LoadError, Loaded, Receipt, RejectionOf, Runtime,
    Timestamp, TransactionReceipt, Version,
};

use recount::store::Refusal;
use tokio::task::unconstrained;

use crate::account::{
    Account, AccountEvent, AddInterest, Deposit, Ensure, Explode, Freeze, Look, Open, OpenAgain, PayIn, Short, Withdraw,
};
use crate::gate::World;
use crate::plan::{Verb, Work};

/// The answer to a command, whichever it was.
pub(crate) type Answer = Result<Receipt<AccountEvent>, ExecuteError<Short>>;

/// The answer to a transaction.
pub(crate) type Moved = Result<TransactionReceipt, ExecuteError<Short>>;

/// A state that was loaded, and how far it had come.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) state: Account,
    pub(crate) version: u64,
    pub(crate) position: u64,
    pub(crate) recorded_at: Timestamp,
}

/// What a task says while it works.
#[derive(Debug)]
pub(crate) enum Said {
    /// It asks now, on this opening of the store; all that follows of the same number answers it.
    Asked(u64, Box<Work>),
    Answered(Answer),
    /// Of the command of this number and of the one after it.
    Moved(Moved),
    Loaded(At, Result<Option<Seen>, LoadError>),
    /// The versions and events of a whole history, and what ended it early.
    Told(Vec<(u64, AccountEvent)>, Option<HistoryError>),
}

impl Said {
    /// What kind of thing was said, in a word: a simulation is worth what it has met.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Asked(..) => "asked",
            Self::Answered(Ok(receipt)) if receipt.events.is_empty() => "nothing decided",
            Self::Answered(Ok(receipt)) if receipt.duplicate => "written before",
            Self::Answered(Ok(_)) => "written",
            Self::Moved(Ok(receipt)) if receipt.duplicate => "moved before",
            Self::Moved(Ok(_)) => "moved",
            Self::Moved(Err(ExecuteError::Conflict { .. })) => "conflict of a transaction",
            Self::Answered(Err(error)) | Self::Moved(Err(error)) => match error {
                ExecuteError::Rejected(_) => "rejected",
                ExecuteError::NotFound { .. } => "not found",
                ExecuteError::AlreadyExists { .. } => "exists already",
                ExecuteError::Conflict { .. } => "conflict",
                ExecuteError::Refused(Refusal::StorageFull) => "refused, full",
                ExecuteError::Refused(Refusal::Poisoned) => "refused, poisoned",
                ExecuteError::Refused(_) => "refused",
                ExecuteError::Unknown { .. } => "unknown",
                ExecuteError::BadDecision(_) => "bad decision",
                ExecuteError::Panicked(_) => "panicked",
                ExecuteError::TimedOut => "timed out",
                ExecuteError::Store(_) => "not readable",
                _ => "another error",
            },
            Self::Loaded(_, Ok(Some(_))) => "loaded",
            Self::Loaded(_, Ok(None)) => "loaded, nothing there",
            Self::Loaded(_, Err(LoadError::VersionAhead { .. } | LoadError::PositionAhead { .. })) => "ahead",
            Self::Loaded(_, Err(_)) => "not loaded",
            Self::Told(_, None) => "history",
            Self::Told(_, Some(_)) => "history cut short",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) op: u64,
    pub(crate) account: usize,
    pub(crate) verb: Verb,
    pub(crate) tick: u64,
    pub(crate) said: Said,
}

/// Where notes are put down. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Notes(Rc<RefCell<Vec<Note>>>);

impl Notes {
    pub(crate) fn take(&self) -> Vec<Note> {
        self.0.take()
    }
}

pub(crate) type Task = Pin<Box<dyn Future<Output = ()>>>;

pub(crate) fn id(account: usize) -> String {
    format!("a{account}")
}

/// Begins the work; nothing is done before the first poll.
pub(crate) fn begin(worker: Worker, time: Option<Timestamp>) -> Task {
    Box::pin(unconstrained(worker.run(time)))
}

/// Who does it: on which runtime, and of which opening of the store that is.
pub(crate) struct Worker {
    pub(crate) runtime: Runtime,
    pub(crate) opening: u64,
    pub(crate) work: Work,
    pub(crate) world: World,
    pub(crate) notes: Notes,
}

impl Worker {
    async fn run(self, time: Option<Timestamp>) {
        let (op, account) = (self.work.op, self.work.account);
        let verb = self.work.verb.clone();
        match verb.clone() {
            Verb::Open => drop(self.command(op, account, verb, Open { op }).await),
            Verb::Deposit { amount, note } => drop(self.command(op, account, verb, Deposit { op, amount, note }).await),
            Verb::Withdraw { amount } => drop(self.command(op, account, verb, Withdraw { op, amount }).await),
            Verb::Ensure { amount } => drop(self.command(op, account, verb, Ensure { op, amount }).await),
            Verb::PayIn { amounts } => drop(self.command(op, account, verb, PayIn { op, amounts }).await),
            Verb::AddInterest => drop(self.command(op, account, verb, AddInterest { op }).await),
            Verb::Look => drop(self.command(op, account, verb, Look {}).await),
            Verb::Explode => drop(self.command(op, account, verb, Explode {}).await),
            Verb::Freeze => drop(self.command(op, account, verb, Freeze { op }).await),
            Verb::OpenAgain => drop(self.command(op, account, verb, OpenAgain { op }).await),
            Verb::Transfer { to, amount } => {
                let out = Verb::Withdraw { amount };
                if self.command(op, account, out, Withdraw { op, amount }).await {
                    let (op, note, paid) = (op + 1, 0, Verb::Deposit { amount, note: 0 });
                    self.command(op, to, paid, Deposit { op, amount, note }).await;
                }
            }
            Verb::Move { to, amount } => self.moved(to, amount).await,
            Verb::Load => self.load(At::Newest).await,
            Verb::LoadVersion(version) => self.load(At::Version(version)).await,
            Verb::LoadPosition(position) => self.load(At::Position(recount::Position::new(position))).await,
            Verb::LoadTime(_) => self.load(time.map_or(At::Newest, At::Time)).await,
            Verb::History => self.history().await,
        }
    }

    fn asked(&self) -> Said {
        Said::Asked(self.opening, Box::new(self.work.clone()))
    }

    fn say(&self, op: u64, account: usize, verb: &Verb, said: Said) {
        let (verb, tick) = (verb.clone(), self.world.tick());
        self.notes.0.borrow_mut().push(Note {
            op,
            account,
            verb,
            tick,
            said,
        });
    }

    /// Whether it was written.
    async fn command<C>(&self, op: u64, account: usize, verb: Verb, command: C) -> bool
    where
        Account: Handle<C>,
        C: Command<Aggregate = Account> + Fingerprinted,
        RejectionOf<C>: Into<Short>,
    {
        let mut execute = self.runtime.execute(id(account), command).retries(self.work.retries);
        if let Some(millis) = self.work.timeout {
            execute = execute.timeout(std::time::Duration::from_millis(millis));
        }
        if self.work.keyed {
            execute = execute.idempotency_key(format!("op-{op}"));
        }
        if let Some(version) = self.work.expects {
            execute = execute.expect_version(version);
        }
        self.say(op, account, &verb, self.asked());
        let answer = execute.await.map_err(|error| error.map_rejection(Into::into));
        let is_written = answer.is_ok();
        self.say(op, account, &verb, Said::Answered(answer));
        is_written
    }

    /// Two commands as one append.
    async fn moved(&self, to: usize, amount: u64) {
        let (op, account) = (self.work.op, self.work.account);
        let (out, paid) = (Verb::Withdraw { amount }, Verb::Deposit { amount, note: 0 });
        self.say(op, account, &out, self.asked());
        self.say(op + 1, to, &paid, self.asked());
        let answer = self.transaction(to, amount).await;
        self.say(op, account, &out, Said::Moved(answer));
    }

    async fn transaction(&self, to: usize, amount: u64) -> Moved {
        let (op, from, to, note) = (self.work.op, id(self.work.account), id(to), 0);
        let (out, paid) = (
            Withdraw { op, amount },
            Deposit {
                op: op + 1,
                amount,
                note,
            },
        );
        let committed = if self.work.keyed {
            let transaction = self.runtime.transaction().idempotency_key(format!("op-{op}"));
            let transaction = transaction.execute(from, out).await?;
            let transaction = transaction.execute(to, paid).await;
            transaction
                .map_err(|error| error.map_rejection(Into::into))?
                .commit()
                .await
        } else {
            let transaction = self.runtime.transaction().execute(from, out).await?;
            let transaction = transaction.execute(to, paid).await;
            transaction
                .map_err(|error| error.map_rejection(Into::into))?
                .commit()
                .await
        };
        committed.map_err(|error| error.map_rejection(Into::into))
    }

    async fn load(&self, at: At) {
        let (op, account, verb) = (self.work.op, self.work.account, &self.work.verb);
        self.say(op, account, verb, self.asked());
        let loaded = match at {
            At::Newest => self.runtime.load::<Account>(id(account)).await,
            at => self.runtime.load_at::<Account>(id(account), at).await,
        };
        let seen = loaded.map(|loaded| loaded.as_ref().map(seen));
        self.say(op, account, verb, Said::Loaded(at, seen));
    }

    async fn history(&self) {
        let (op, account, verb) = (self.work.op, self.work.account, &self.work.verb);
        self.say(op, account, verb, self.asked());
        let (mut history, mut told, mut ended) = (self.runtime.history::<Account>(id(account)), Vec::new(), None);
        while let Some(event) = history.next().await {
            match event {
                Ok(event) => told.push((Version::get(event.version()), event.into_event())),
                Err(error) => ended = Some(error),
            }
        }
        self.say(op, account, verb, Said::Told(told, ended));
    }
}

pub(crate) fn seen(loaded: &Loaded<Account>) -> Seen {
    Seen {
        version: Loaded::version(loaded).get(),
        position: Loaded::position(loaded).get(),
        recorded_at: Loaded::recorded_at(loaded),
        state: Account {
            balance: loaded.balance,
            events: loaded.events,
            trail: loaded.trail,
        },
    }
}

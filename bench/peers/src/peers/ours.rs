//! The bank on recount.

use std::hint::black_box;
use std::iter;

use recount::store::EventStore;
use recount::{Aggregate, AnyStore, ExecuteError, FileSnapshots, FileStore, Fold, MemoryStore, Runtime, Schema};
use serde::{Deserialize, Serialize};

use crate::bank::{Answer, BRANCH, Bank, CURRENCY, Fallible, NOTE, NOTHING, OWNER, Order, PAID_IN, TELLER};

/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// The account exists from now on.
    Opened {
        owner: String,
        currency: String,
        branch: String,
        teller: u32,
    },
    /// Money was paid in.
    Deposited {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
    /// Money was paid out.
    Withdrawn {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
}

/// There is not as much.
#[derive(Debug, thiserror::Error)]
#[error("the balance is {balance}, {amount} was asked for")]
pub struct InsufficientFunds {
    balance: u64,
    amount: u64,
}

/// An account.
#[derive(Clone, Aggregate, Debug, Serialize, Deserialize, Schema)]
#[aggregate(name = "account", id = String, events = AccountEvent, snapshot(every = 100))]
pub struct Account {
    owner: String,
    balance: u64,
}

#[recount::handlers]
impl Account {
    /// Opens the account.
    #[command]
    pub fn open(owner: String, currency: String, branch: String, teller: u32) -> Opened {
        Opened {
            owner,
            currency,
            branch,
            teller,
        }
    }

    /// Pays in.
    #[command]
    pub fn deposit(&self, amount: u64, currency: String, note: String, teller: u32) -> Deposited {
        Deposited {
            amount,
            currency,
            note,
            teller,
        }
    }

    /// Pays out, if there is enough.
    #[command]
    pub fn withdraw(
        &self,
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    ) -> Result<Withdrawn, InsufficientFunds> {
        if amount > self.balance {
            return Err(InsufficientFunds {
                balance: self.balance,
                amount,
            });
        }
        Ok(Withdrawn {
            amount,
            currency,
            note,
            teller,
        })
    }

    /// Pays in many times.
    #[command]
    pub fn fill(&self, times: u32) -> Vec<Deposited> {
        let deposited = || Deposited {
            amount: PAID_IN,
            currency: CURRENCY.into(),
            note: NOTE.into(),
            teller: TELLER,
        };
        (0..times).map(|_| deposited()).collect()
    }

    #[apply]
    fn opened(event: &Opened) -> Self {
        Self {
            owner: event.owner.clone(),
            balance: NOTHING,
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
}

/// A runtime on a store. It keeps no snapshots unless that is what is measured.
#[derive(Clone, Debug)]
pub struct Ours {
    runtime: Runtime,
    store: AnyStore,
    snapshots: Option<FileSnapshots>,
}

impl Ours {
    /// A bank on this store.
    pub async fn start(store: impl EventStore) -> Fallible<Self> {
        Self::with(AnyStore::new(store), None).await
    }

    async fn with(store: AnyStore, snapshots: Option<FileSnapshots>) -> Fallible<Self> {
        let mut builder = Runtime::builder().store(store.clone()).aggregate::<Account>();
        if let Some(snapshots) = &snapshots {
            builder = builder.snapshots(snapshots.clone());
        }
        let runtime = builder.start().await?;
        Ok(Self {
            runtime,
            store,
            snapshots,
        })
    }

    /// A bank that forgets.
    pub async fn in_memory() -> Fallible<Self> {
        Self::start(MemoryStore::new()).await
    }

    /// A bank in this directory.
    pub async fn on_disk(directory: &std::path::Path) -> Fallible<Self> {
        Self::start(FileStore::open(directory).await?).await
    }

    /// The same accounts in a runtime that has seen none of them yet.
    pub async fn started_anew(&self) -> Fallible<Self> {
        Self::with(self.store.clone(), self.snapshots.clone()).await
    }

    /// The same accounts in a runtime that has seen none of them yet, with snapshots in this directory, and with one of this account.
    pub async fn with_snapshots(&self, directory: &std::path::Path, id: &str) -> Fallible<Self> {
        let bank = Self::with(self.store.clone(), Some(FileSnapshots::new(directory))).await?;
        bank.runtime.warm_snapshots::<Account>([id]).await?;
        Ok(bank)
    }
}

/// Makes events that are typed and in memory, and what folds them all into the balance.
pub fn folding(events: u32) -> impl Fn() -> Fallible<u64> + Send {
    let opened = AccountEvent::from(Account::open(OWNER.into(), CURRENCY.into(), BRANCH.into(), TELLER));
    let deposited = (1..events).map(|_| {
        AccountEvent::from(Deposited {
            amount: PAID_IN,
            currency: CURRENCY.into(),
            note: NOTE.into(),
            teller: TELLER,
        })
    });
    let events: Vec<AccountEvent> = iter::once(opened).chain(deposited).collect();
    move || {
        let mut account: Option<Account> = None;
        for event in black_box(&events) {
            event.fold(&mut account)?;
        }
        Ok(account.map_or(NOTHING, |account| account.balance))
    }
}

/// The answer, if the error is one of the bank's rules.
fn answer<T, R: std::error::Error + Send + Sync + 'static>(outcome: Result<T, ExecuteError<R>>) -> Fallible<Answer> {
    match outcome {
        Ok(_) => Ok(Answer::Done),
        Err(ExecuteError::Rejected(_) | ExecuteError::NotFound { .. } | ExecuteError::AlreadyExists { .. }) => {
            Ok(Answer::Refused)
        }
        Err(error) => Err(anyhow::anyhow!("{error}")),
    }
}

impl Bank for Ours {
    async fn order(&mut self, id: &str, order: Order) -> Fallible<Answer> {
        let (currency, teller) = (CURRENCY.to_owned(), TELLER);
        match order {
            Order::Open => {
                let command = Open {
                    owner: OWNER.into(),
                    currency,
                    branch: BRANCH.into(),
                    teller,
                };
                answer(self.runtime.execute(id, command).await)
            }
            Order::Deposit(amount) => {
                let command = Deposit {
                    amount,
                    currency,
                    note: NOTE.into(),
                    teller,
                };
                answer(self.runtime.execute(id, command).await)
            }
            Order::Withdraw(amount) => {
                let command = Withdraw {
                    amount,
                    currency,
                    note: NOTE.into(),
                    teller,
                };
                answer(self.runtime.execute(id, command).await)
            }
            Order::Fill(times) => answer(self.runtime.execute(id, Fill { times }).await),
        }
    }

    async fn balance(&self, id: &str) -> Fallible<Option<u64>> {
        let Self { runtime, .. } = self.started_anew().await?;
        Ok(runtime.load::<Account>(id).await?.map(|account| account.balance))
    }
}

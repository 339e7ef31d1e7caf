//! The bank on recount.

use recount::store::EventStore;
use recount::{Aggregate, AnyStore, ExecuteError, FileStore, MemoryStore, Runtime};

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
#[derive(Clone, Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    #[expect(dead_code, reason = "a state that keeps a text, as those of the other frameworks do")]
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

/// A runtime on a store.
#[derive(Clone, Debug)]
pub struct Ours {
    runtime: Runtime,
    store: AnyStore,
}

impl Ours {
    /// A bank on this store.
    pub async fn start(store: impl EventStore) -> Fallible<Self> {
        let store = AnyStore::new(store);
        let runtime = Self::runtime(&store).await?;
        Ok(Self { runtime, store })
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
        let runtime = Self::runtime(&self.store).await?;
        Ok(Self {
            runtime,
            store: self.store.clone(),
        })
    }

    async fn runtime(store: &AnyStore) -> Fallible<Runtime> {
        Ok(Runtime::builder()
            .store(store.clone())
            .aggregate::<Account>()
            .start()
            .await?)
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
        let runtime = Self::runtime(&self.store).await?;
        Ok(runtime.load::<Account>(id).await?.map(|account| account.balance))
    }
}

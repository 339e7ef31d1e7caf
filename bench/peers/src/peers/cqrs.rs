//! The bank on cqrs-es; its stores are in the modules.

mod database;
mod memory;

use std::hint::black_box;
use std::iter;
use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, AggregateContext, AggregateError, CqrsFramework, DomainEvent, EventStore};
use serde::{Deserialize, Serialize};

pub use self::database::{on_postgres, on_sqlite};
pub use self::memory::{in_memory, in_quiet_memory};
use crate::bank::{Answer, BRANCH, Bank, CURRENCY, Fallible, NOTE, OWNER, Order, PAID_IN, TELLER};

/// What can happen to an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AccountEvent {
    Opened {
        owner: String,
        currency: String,
        branch: String,
        teller: u32,
    },
    Deposited {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
    Withdrawn {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        let name = match self {
            Self::Opened { .. } => "account.opened",
            Self::Deposited { .. } => "account.deposited",
            Self::Withdrawn { .. } => "account.withdrawn",
        };
        name.to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// What an account is asked to do.
#[derive(Debug)]
pub enum Command {
    Open {
        owner: String,
        currency: String,
        branch: String,
        teller: u32,
    },
    Deposit {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
    Withdraw {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
    Fill {
        times: u32,
    },
}

/// What an account says no to.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("there is no such account")]
    NoAccount,
    #[error("there is such an account")]
    IsOpen,
    #[error("the balance is {balance}, {amount} was asked for")]
    InsufficientFunds { balance: u64, amount: u64 },
}

/// An account; without an owner before it is opened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    owner: Option<String>,
    balance: u64,
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = Command;
    type Event = AccountEvent;
    type Error = Refused;
    type Services = ();

    async fn handle(&mut self, command: Command, (): &(), sink: &EventSink<Self>) -> Result<(), Refused> {
        match (command, self.owner.is_some()) {
            (Command::Open { .. }, true) => return Err(Refused::IsOpen),
            (
                Command::Open {
                    owner,
                    currency,
                    branch,
                    teller,
                },
                false,
            ) => {
                sink.write(
                    AccountEvent::Opened {
                        owner,
                        currency,
                        branch,
                        teller,
                    },
                    self,
                )
                .await;
            }
            (_, false) => return Err(Refused::NoAccount),
            (
                Command::Deposit {
                    amount,
                    currency,
                    note,
                    teller,
                },
                true,
            ) => {
                sink.write(
                    AccountEvent::Deposited {
                        amount,
                        currency,
                        note,
                        teller,
                    },
                    self,
                )
                .await;
            }
            (Command::Withdraw { amount, .. }, true) if amount > self.balance => {
                return Err(Refused::InsufficientFunds {
                    balance: self.balance,
                    amount,
                });
            }
            (
                Command::Withdraw {
                    amount,
                    currency,
                    note,
                    teller,
                },
                true,
            ) => {
                sink.write(
                    AccountEvent::Withdrawn {
                        amount,
                        currency,
                        note,
                        teller,
                    },
                    self,
                )
                .await;
            }
            (Command::Fill { times }, true) => {
                for _ in 0..times {
                    let (currency, note) = (CURRENCY.to_owned(), NOTE.to_owned());
                    sink.write(
                        AccountEvent::Deposited {
                            amount: PAID_IN,
                            currency,
                            note,
                            teller: TELLER,
                        },
                        self,
                    )
                    .await;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened { owner, .. } => self.owner = Some(owner),
            AccountEvent::Deposited { amount, .. } => self.balance += amount,
            AccountEvent::Withdrawn { amount, .. } => self.balance -= amount,
        }
    }
}

/// Makes events that are typed and in memory, and what folds them all into the balance. `apply` takes them by value, as a store in memory
/// hands them out: cloned.
pub fn folding(events: u32) -> impl Fn() -> Fallible<u64> + Send {
    let opened = AccountEvent::Opened {
        owner: OWNER.into(),
        currency: CURRENCY.into(),
        branch: BRANCH.into(),
        teller: TELLER,
    };
    let deposited = (1..events).map(|_| AccountEvent::Deposited {
        amount: PAID_IN,
        currency: CURRENCY.into(),
        note: NOTE.into(),
        teller: TELLER,
    });
    let events: Vec<AccountEvent> = iter::once(opened).chain(deposited).collect();
    move || {
        let mut account = Account::default();
        for event in black_box(&events) {
            account.apply(event.clone());
        }
        Ok(account.balance)
    }
}

/// The framework on a store, and that store once more for what is only loaded.
pub struct Cqrs<S: EventStore<Account>> {
    framework: Arc<CqrsFramework<Account, S>>,
    store: Arc<S>,
}

impl<S: EventStore<Account>> Clone for Cqrs<S> {
    fn clone(&self) -> Self {
        Self {
            framework: Arc::clone(&self.framework),
            store: Arc::clone(&self.store),
        }
    }
}

impl<S: EventStore<Account>> Cqrs<S> {
    fn new(commands: S, loads: S) -> Self {
        Self {
            framework: Arc::new(CqrsFramework::new(commands, Vec::new(), ())),
            store: Arc::new(loads),
        }
    }
}

impl<S: EventStore<Account> + 'static> Bank for Cqrs<S>
where
    S::AC: Send,
{
    async fn order(&mut self, id: &str, order: Order) -> Fallible<Answer> {
        let (currency, teller) = (CURRENCY.to_owned(), TELLER);
        let command = match order {
            Order::Open => Command::Open {
                owner: OWNER.into(),
                currency,
                branch: BRANCH.into(),
                teller,
            },
            Order::Deposit(amount) => Command::Deposit {
                amount,
                currency,
                note: NOTE.into(),
                teller,
            },
            Order::Withdraw(amount) => Command::Withdraw {
                amount,
                currency,
                note: NOTE.into(),
                teller,
            },
            Order::Fill(times) => Command::Fill { times },
        };
        match self.framework.execute(id, command).await {
            Ok(()) => Ok(Answer::Done),
            Err(AggregateError::UserError(_)) => Ok(Answer::Refused),
            Err(error) => Err(error.into()),
        }
    }

    async fn balance(&self, id: &str) -> Fallible<Option<u64>> {
        let mut context = self.store.load_aggregate(id).await?;
        let account = context.aggregate();
        Ok(account.owner.as_ref().map(|_| account.balance))
    }
}

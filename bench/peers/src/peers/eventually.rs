//! The bank on eventually, in its store in memory.

use std::fmt;
use std::hint::black_box;
use std::iter;

use eventually::inmemory::EventStore;
use eventually::{Aggregate, AggregateRootBuilder, Repository};
use futures_util::future::BoxFuture;

use crate::bank::{Answer, BRANCH, Bank, CURRENCY, Fallible, NOTE, OWNER, Order, PAID_IN, TELLER};

/// What can happen to an account.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "in memory nobody reads all that an event carries")]
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
#[derive(Clone, Debug, Default)]
pub struct Account {
    owner: Option<String>,
    balance: u64,
}

/// The handlers of commands and events.
#[derive(Clone, Copy, Debug)]
pub struct Accounts;

impl Aggregate for Accounts {
    type Id = String;
    type State = Account;
    type Event = AccountEvent;
    type Command = Command;
    type Error = Refused;

    fn apply(mut state: Account, event: AccountEvent) -> Result<Account, Refused> {
        match event {
            AccountEvent::Opened { owner, .. } => state.owner = Some(owner),
            AccountEvent::Deposited { amount, .. } => state.balance += amount,
            AccountEvent::Withdrawn { amount, .. } => state.balance -= amount,
        }
        Ok(state)
    }

    fn handle<'a, 's: 'a>(
        &'a self,
        _: &'s String,
        state: &'s Account,
        command: Command,
    ) -> BoxFuture<'a, Result<Option<Vec<AccountEvent>>, Refused>> {
        Box::pin(async move {
            let event = match (command, state.owner.is_some()) {
                (Command::Open { .. }, true) => return Err(Refused::IsOpen),
                (
                    Command::Open {
                        owner,
                        currency,
                        branch,
                        teller,
                    },
                    false,
                ) => AccountEvent::Opened {
                    owner,
                    currency,
                    branch,
                    teller,
                },
                (_, false) => return Err(Refused::NoAccount),
                (
                    Command::Deposit {
                        amount,
                        currency,
                        note,
                        teller,
                    },
                    true,
                ) => AccountEvent::Deposited {
                    amount,
                    currency,
                    note,
                    teller,
                },
                (Command::Withdraw { amount, .. }, true) if amount > state.balance => {
                    return Err(Refused::InsufficientFunds {
                        balance: state.balance,
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
                ) => AccountEvent::Withdrawn {
                    amount,
                    currency,
                    note,
                    teller,
                },
                (Command::Fill { times }, true) => {
                    let (currency, note) = (CURRENCY.to_owned(), NOTE.to_owned());
                    let event = AccountEvent::Deposited {
                        amount: PAID_IN,
                        currency,
                        note,
                        teller: TELLER,
                    };
                    return Ok(Some(vec![event; times as usize]));
                }
            };
            Ok(Some(vec![event]))
        })
    }
}

/// A repository on a store in memory.
#[derive(Clone)]
pub struct Eventually(Repository<Accounts, EventStore<String, AccountEvent>>);

impl fmt::Debug for Eventually {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Eventually").finish_non_exhaustive()
    }
}

/// Makes events that are typed and in memory, and what folds them all into the balance. `apply` takes them by value, as the store in
/// memory hands them out: cloned.
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
            account = Accounts::apply(account, event.clone())?;
        }
        Ok(account.balance)
    }
}

/// A bank that forgets.
pub fn in_memory() -> Eventually {
    Eventually(Repository::new(
        AggregateRootBuilder::from(Accounts),
        EventStore::default(),
    ))
}

impl Bank for Eventually {
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
        let mut account = self.0.get(id.to_owned()).await?;
        match account.handle(command).await {
            Ok(_) => {}
            Err(_) => return Ok(Answer::Refused),
        }
        self.0.add(account).await?;
        Ok(Answer::Done)
    }

    async fn balance(&self, id: &str) -> Fallible<Option<u64>> {
        let account = self.0.get(id.to_owned()).await?;
        Ok(account.owner.as_ref().map(|_| account.balance))
    }
}

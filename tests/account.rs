//! The account of the design: it compiles as written, it behaves, and it does not get longer.
#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::semicolon_if_nothing_returned,
    reason = "the account is the design's, letter by letter"
)]

use std::collections::BTreeMap;

use recount::{Aggregate, Meta, Projection};
use serde::{Deserialize, Serialize};

// yardstick: begin
/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// The account exists from now on.
    Opened { owner: String },
    /// Money was paid in.
    #[event(version = 2)]
    Deposited {
        amount: u64,
        #[event(since = 2, default = "EUR")]
        currency: String,
    },
    /// Money was paid out.
    Withdrawn { amount: u64 },
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum AccountError {
    #[error("the balance is {balance}, {amount} was asked for")]
    InsufficientFunds { balance: u64, amount: u64 },
}

#[derive(Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    balance: u64,
}

#[recount::handlers]
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

#[derive(Projection, Default, Serialize, Deserialize)]
#[projection(name = "balances", reads(Account))]
pub struct Balances {
    by_account: BTreeMap<String, u64>,
}

#[recount::handlers]
impl Balances {
    #[on]
    fn deposited(&mut self, event: &Deposited, meta: &Meta) {
        *self.by_account.entry(meta.id().into()).or_default() += event.amount
    }
    #[on]
    fn withdrawn(&mut self, event: &Withdrawn, meta: &Meta) {
        *self.by_account.entry(meta.id().into()).or_default() -= event.amount
    }
    #[query]
    pub fn balance(&self, account: &str) -> Option<u64> {
        self.by_account.get(account).copied()
    }
}
// yardstick: end

use recount::testing::{given, given_nothing};
use recount::{Command, EventSet, EventVersion, Handle, IntoEvents, OutcomeOf, Requires};

fn opened() -> AccountEvent {
    Opened { owner: "Ada".into() }.into()
}

fn deposited(amount: u64) -> AccountEvent {
    Deposited {
        amount,
        currency: "EUR".into(),
    }
    .into()
}

#[test]
fn a_command_without_a_receiver_creates() {
    let _ = given_nothing::<Account>()
        .when(Open { owner: "Ada".into() })
        .then_events([opened()])
        .then_state(|account| assert_eq!(account.balance, 0));
    given::<Account>([opened()])
        .when(Open { owner: "Eve".into() })
        .then_already_exists();
}

#[test]
fn a_command_on_the_state_needs_one() {
    let deposit = || Deposit {
        amount: 5,
        currency: "EUR".into(),
    };
    given_nothing::<Account>().when(deposit()).then_not_found();
    let _ = given::<Account>([opened()])
        .when(deposit())
        .then_events([deposited(5)])
        .then_state(|account| assert_eq!(account.balance, 5));
}

#[test]
fn a_rejection_is_the_users_own_error() {
    given::<Account>([opened(), deposited(100)])
        .when(Withdraw { amount: 200 })
        .then_rejected(AccountError::InsufficientFunds {
            balance: 100,
            amount: 200,
        });
    let _ = given::<Account>([opened(), deposited(100)])
        .when(Withdraw { amount: 100 })
        .then_events([Withdrawn { amount: 100 }.into()])
        .then_state(|account| assert_eq!(account.balance, 0));
}

#[test]
fn names_are_declared_and_not_paths() {
    assert_eq!(
        (Opened::NAME, Opened::VERSION, Opened::OLDEST),
        ("account.opened", 1, 1)
    );
    assert_eq!((Withdraw::NAME, <Account as Aggregate>::NAME), ("withdraw", "account"));
    let names = AccountEvent::NAMES.iter().map(|stored| stored.name);
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["account.opened", "account.deposited", "account.withdrawn"]
    );
}

/// The old version of the design: what lay there before a deposit had a currency.
#[test]
fn an_old_deposit_is_in_euros() -> Result<(), Box<dyn std::error::Error>> {
    let stream = recount::StreamId::new("account", "acc-101")?;
    let event = recount::AppendId::new(uuid::Uuid::nil()).event(0);
    let meta = recount::UpcastMeta::new(&stream, event, recount::Timestamp::from_micros(0), b"");
    let old = recount::RawEvent::new("account.deposited", 1, 1, br#"{"amount":5}"#, meta);
    let mut read = Vec::new();
    let _ = AccountEvent::decode_into(&old, &mut |event| read.push(event))?;
    assert_eq!(read, [deposited(5)]);
    assert_eq!((DepositedV2::VERSION, DepositedV2::OLDEST), (2, 1));
    Ok(())
}

#[test]
fn the_types_say_what_a_command_needs_and_emits() {
    assert_eq!(<Account as Handle<Open>>::REQUIRES, Requires::Absent);
    assert_eq!(<Account as Handle<Withdraw>>::REQUIRES, Requires::Present);
    assert_eq!(
        <OutcomeOf<Withdraw> as IntoEvents<AccountEvent>>::EVENTS.entries(),
        [&"account.withdrawn"]
    );
}

#[test]
fn commands_are_values_that_serde_knows() -> Result<(), serde_json::Error> {
    let withdraw: Withdraw = serde_json::from_str(r#"{"amount":7}"#)?;
    assert_eq!(withdraw, Withdraw { amount: 7 });
    assert_eq!(serde_json::to_string(&withdraw)?, r#"{"amount":7}"#);
    Ok(())
}

#[test]
fn the_account_does_not_get_longer() {
    let source = include_str!("account.rs");
    let (_, rest) = source.split_once("// yardstick: begin\n").unwrap_or_default();
    let (account, _) = rest.split_once("// yardstick: end\n").unwrap_or_default();
    let lines = || {
        account
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.trim().starts_with("///"))
    };
    let characters = lines()
        .flat_map(str::chars)
        .filter(|letter| !letter.is_whitespace())
        .count();
    assert!(
        lines().count() > 60 && lines().count() <= 75,
        "{} lines",
        lines().count()
    );
    assert!(characters > 1_400 && characters <= 1_600, "{characters} characters");
}

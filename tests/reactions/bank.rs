//! Accounts and transfers between them: what the policies and processes of these tests read and send.

use std::collections::BTreeMap;

use recount::store::{EventStore, LogRead};
use recount::{Aggregate, AnyStore, Builder, Position, Runtime, StreamKey};

/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// It exists from now on.
    Opened { owner: String },
    /// Money was paid in.
    Deposited { amount: u64 },
    /// Money left for a transfer.
    Debited { transfer: String, amount: u64 },
    /// Money came of a transfer.
    Credited { transfer: String, amount: u64 },
    /// Money came back of a transfer.
    Refunded { transfer: String, amount: u64 },
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the balance is {0}")]
pub struct TooLittle(pub u64);

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    pub balance: u64,
}

#[recount::handlers]
impl Account {
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }
    #[command]
    pub fn deposit(&self, amount: u64) -> Result<Deposited, TooLittle> {
        if amount == 13 {
            return Err(TooLittle(self.balance));
        }
        assert!(amount != 14, "an account cannot count to 14");
        Ok(Deposited { amount })
    }
    #[command]
    pub fn debit(&self, transfer: String, amount: u64) -> Result<Debited, TooLittle> {
        if amount > self.balance {
            return Err(TooLittle(self.balance));
        }
        Ok(Debited { transfer, amount })
    }
    #[command]
    pub fn credit(&self, transfer: String, amount: u64) -> Credited {
        Credited { transfer, amount }
    }
    #[command]
    pub fn refund(&self, transfer: String, amount: u64) -> Refunded {
        Refunded { transfer, amount }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { balance: 0 }
    }
    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }
    #[apply]
    fn debited(&mut self, event: &Debited) {
        self.balance -= event.amount;
    }
    #[apply]
    fn credited(&mut self, event: &Credited) {
        self.balance += event.amount;
    }
    #[apply]
    fn refunded(&mut self, event: &Refunded) {
        self.balance += event.amount;
    }
}

/// What can happen to a transfer.
#[recount::events(prefix = "transfer")]
#[derive(Clone, Debug, PartialEq)]
pub enum TransferEvent {
    /// Somebody wants it.
    Requested { from: String, to: String, amount: u64 },
    /// It is done.
    Completed {},
    /// It is not done, and never will be.
    Refused { why: String },
    /// Somebody asks how it stands.
    Nudged {},
}

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(name = "transfer", id = String, events = TransferEvent)]
pub struct Transfer {
    pub outcome: Option<String>,
}

#[recount::handlers]
impl Transfer {
    #[command]
    pub fn request(from: String, to: String, amount: u64) -> Requested {
        Requested { from, to, amount }
    }
    #[command]
    pub fn complete(&self) -> Completed {
        Completed {}
    }
    #[command]
    pub fn refuse(&self, why: String) -> Refused {
        Refused { why }
    }
    #[command]
    pub fn nudge(&self) -> Nudged {
        Nudged {}
    }

    #[apply]
    fn requested(_: &Requested) -> Self {
        Self { outcome: None }
    }
    #[apply]
    fn completed(&mut self, _: &Completed) {
        self.outcome = Some("completed".to_owned());
    }
    #[apply]
    fn refused(&mut self, event: &Refused) {
        self.outcome = Some(event.why.clone());
    }
    #[apply]
    fn nudged(&mut self, _: &Nudged) {}
}

/// A runtime that knows the bank, before its policies and processes are named.
pub fn bank(store: impl EventStore) -> Builder<AnyStore> {
    Runtime::builder()
        .store(store)
        .aggregate::<Account>()
        .aggregate::<Transfer>()
}

/// Opens an account with so much in it.
pub async fn account(runtime: &Runtime, id: &str, balance: u64) {
    runtime
        .execute(id, Open { owner: id.to_owned() })
        .await
        .expect("a new account");
    if balance > 0 {
        runtime
            .execute(id, Deposit { amount: balance })
            .await
            .expect("a deposit");
    }
}

pub async fn balance(runtime: &Runtime, id: &str) -> u64 {
    runtime
        .load::<Account>(id)
        .await
        .expect("an account")
        .expect("it exists")
        .balance
}

/// How often each event stands in each stream of the users' categories: what the effects of policies and processes are compared by.
pub async fn told(store: &impl EventStore) -> BTreeMap<String, usize> {
    let (mut told, mut after) = (BTreeMap::new(), Position::START);
    loop {
        let page = store.read_log(LogRead::after(after)).await.expect("a page");
        for event in page.iter().filter(|event| !event.stream.category().starts_with('$')) {
            *told
                .entry(format!(
                    "{} {} {}",
                    event.stream,
                    event.name,
                    String::from_utf8_lossy(event.payload)
                ))
                .or_default() += 1;
        }
        if page.at_end() {
            return told;
        }
        after = page.scanned_through();
    }
}

#[derive(Clone, Debug, PartialEq, StreamKey)]
pub struct TransferId(pub String);

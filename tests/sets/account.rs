//! A set with a past: an alias, dropped names, two splits and a retired event.

use recount::{Aggregate, Event, Runtime, Split};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
pub struct Opened {
    pub owner: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 2)]
pub struct Deposited {
    pub amount: i64,
    #[event(since = 2, default = "EUR")]
    pub currency: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.name_changed")]
pub struct NameChanged {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.email_changed")]
pub struct EmailChanged {
    pub email: String,
}

/// Once one event; today two.
#[derive(Deserialize, Event)]
#[event(name = "account.registered", frozen)]
pub struct Registered {
    owner: String,
    email: String,
}

/// Once one event; today two, one, or none.
#[derive(Deserialize, Event)]
#[event(name = "account.details_changed", frozen)]
pub struct DetailsChanged {
    name: Option<String>,
    email: Option<String>,
}

/// Happened in the past, and happens no more.
#[derive(Clone, Debug, PartialEq, Deserialize, Event)]
#[event(name = "account.limit_raised", frozen)]
pub struct LimitRaised {
    pub limit: i64,
}

#[derive(Clone, Debug, PartialEq, Event)]
#[event(alias("account.created" => Opened))]
#[event(alias("account.payed_in" => Deposited, "account.put" => Deposited))]
#[event(dropped("account.blinked"), dropped("account.winked"))]
#[event(split(DetailsChanged))]
#[event(split(Registered))]
pub enum AccountEvent {
    Opened(Opened),
    Deposited(Deposited),
    NameChanged(NameChanged),
    EmailChanged(EmailChanged),
    #[event(frozen)]
    LimitRaised(LimitRaised),
}

impl Split<AccountEvent> for Registered {
    fn split(self, out: &mut dyn FnMut(AccountEvent)) {
        out(Opened { owner: self.owner }.into());
        out(EmailChanged { email: self.email }.into());
    }
}

impl Split<AccountEvent> for DetailsChanged {
    fn split(self, out: &mut dyn FnMut(AccountEvent)) {
        if let Some(name) = self.name {
            assert_ne!(name, "panic", "a split that panics");
            out(NameChanged { name }.into());
        }
        if let Some(email) = self.email {
            out(EmailChanged { email }.into());
        }
    }
}

/// The state is all that was folded, in order.
#[derive(Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    pub folded: Vec<AccountEvent>,
}

/// What a handler has seen: the only way to look at the state that a command is decided on.
#[derive(Debug, PartialEq)]
pub struct Seen(pub Vec<AccountEvent>);

#[recount::handlers]
impl Account {
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    #[command]
    pub fn deposit(&self, amount: i64) -> Deposited {
        let _ = self;
        let currency = "SEK".into();
        Deposited { amount, currency }
    }

    /// Rejects with what it sees.
    #[command]
    pub fn look(account: Option<&Self>) -> Result<(), Seen> {
        Err(Seen(account.map(|account| account.folded.clone()).unwrap_or_default()))
    }

    /// Decides a retired event, by way of the set: the compiler sees only the set.
    #[command]
    pub fn raise_limit(&self, limit: i64) -> AccountEvent {
        let _ = self;
        LimitRaised { limit }.into()
    }

    #[apply]
    fn opened(event: &Opened) -> Self {
        let folded = vec![event.clone().into()];
        Self { folded }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.folded.push(event.clone().into());
    }

    #[apply]
    fn name_changed(&mut self, event: &NameChanged) {
        self.folded.push(event.clone().into());
    }

    #[apply]
    fn email_changed(&mut self, event: &EmailChanged) {
        self.folded.push(event.clone().into());
    }

    #[apply]
    fn limit_raised(&mut self, event: &LimitRaised) {
        self.folded.push(event.clone().into());
    }
}

pub fn opened() -> AccountEvent {
    Opened { owner: "Ada".into() }.into()
}

pub fn deposited(amount: i64, currency: &str) -> AccountEvent {
    let currency = currency.into();
    Deposited { amount, currency }.into()
}

pub fn renamed(name: &str) -> AccountEvent {
    NameChanged { name: name.into() }.into()
}

pub fn moved(email: &str) -> AccountEvent {
    EmailChanged { email: email.into() }.into()
}

/// A runtime that knows the account, on this store.
pub async fn on(store: impl recount::EventStore) -> Runtime {
    Runtime::builder()
        .store(store)
        .aggregate::<Account>()
        .start()
        .await
        .expect("a runtime on a store that answers")
}

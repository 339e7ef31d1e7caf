//! Orders and accounts, and what reacts to orders: a policy that books each, a process of three steps, and a publisher that keeps nothing.

use std::convert::Infallible;
use std::time::Duration;

use recount::{
    After, Aggregate, AnyStore, Builder, Command, Due, End, EventStore, ManualClock, Meta, OrPark, Policy, Process,
    Published, Publisher, Runtime, Timer,
};
use serde::{Deserialize, Serialize};

/// What can happen to an order.
#[recount::events(prefix = "order")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OrderEvent {
    /// It is there from now on.
    Placed { amount: u64 },
    /// One more thing is in it.
    Added { amount: u64, note: String },
}

/// An order.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(name = "order", id = String, events = OrderEvent)]
pub(crate) struct Order {
    total: u64,
}

#[recount::handlers]
impl Order {
    #[command]
    pub(crate) fn place(amount: u64) -> Placed {
        Placed { amount }
    }

    #[command]
    pub(crate) fn add(&self, amount: u64) -> Added {
        Added {
            amount,
            note: "as always".to_owned(),
        }
    }

    #[apply]
    fn placed(event: &Placed) -> Self {
        Self { total: event.amount }
    }

    #[apply]
    fn added(&mut self, event: &Added) {
        self.total += event.amount;
    }
}

/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AccountEvent {
    /// It is there from now on.
    Opened {},
    /// Money was paid in.
    Booked { amount: u64, note: String },
    /// Money was set aside for an order.
    Reserved { order: String, amount: u64 },
}

/// An account.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub(crate) struct Account {
    balance: u64,
}

#[recount::handlers]
impl Account {
    #[command]
    pub(crate) fn open() -> Opened {
        Opened {}
    }

    #[command]
    pub(crate) fn book(&self, amount: u64) -> Booked {
        Booked {
            amount,
            note: "as always".to_owned(),
        }
    }

    #[command]
    pub(crate) fn reserve(&self, order: String, amount: u64) -> Reserved {
        Reserved { order, amount }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { balance: 0 }
    }

    #[apply]
    fn booked(&mut self, event: &Booked) {
        self.balance += event.amount;
    }

    #[apply]
    fn reserved(&mut self, event: &Reserved) {
        self.balance = self.balance.saturating_sub(event.amount);
    }
}

/// Books what was added to an order on the account of its name: one command for each event.
#[derive(Policy, Default)]
#[policy(name = "bookkeeping", reads(Order), start = beginning)]
pub(crate) struct Bookkeeping;

#[recount::handlers]
impl Bookkeeping {
    #[on]
    fn added(&self, event: &Added, meta: &Meta) -> OrPark<Book> {
        Book { amount: event.amount }.to(meta.id()).or_park()
    }
}

/// Time is up.
#[derive(Timer, Serialize, Deserialize)]
#[timer(name = "late")]
pub(crate) struct Late {}

/// How long that takes.
pub(crate) const LATE: Duration = Duration::from_secs(3_600);

/// Reserves what an order costs, waits, and books it: three inputs, two commands.
#[derive(Process)]
#[process(name = "fulfilment", id = String, reads(Order, Account), start = beginning)]
pub(crate) struct Fulfilment {
    amount: u64,
}

#[recount::handlers]
impl Fulfilment {
    #[apply]
    fn begun(event: &Placed) -> Self {
        Self { amount: event.amount }
    }

    #[on(start, key = meta.id().to_owned())]
    fn placed(&self, event: &Placed, meta: &Meta) -> OrPark<Reserve> {
        let (order, amount) = (meta.id().to_owned(), event.amount);
        Reserve { order, amount }.to(meta.id()).or_park()
    }

    #[on(key = event.order.clone())]
    fn reserved(&self, _: &Reserved) -> After<Late> {
        After(LATE, Late {})
    }

    #[on]
    fn late(&self, _: &Due<Late>, meta: &Meta) -> (OrPark<Book>, End) {
        (Book { amount: self.amount }.to(meta.id()).or_park(), End)
    }
}

/// Takes all and keeps nothing.
pub(crate) struct Nowhere;

impl Publisher for Nowhere {
    type Error = Infallible;

    async fn publish(&self, events: &[Published]) -> Result<(), Infallible> {
        std::hint::black_box(events);
        Ok(())
    }
}

/// A runtime over a store, to be given who reacts.
pub(crate) fn runtime(store: impl EventStore, clock: &ManualClock) -> Builder<AnyStore> {
    let builder = Runtime::builder().store(store).clock(clock.clone());
    builder.aggregate::<Order>().aggregate::<Account>()
}

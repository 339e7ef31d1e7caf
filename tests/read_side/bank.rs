//! The domain of these tests: accounts, and transfers of two events between the halves of one.

pub use std::any::Any;
pub use std::collections::BTreeMap;
pub use std::convert::Infallible;

use recount::store::{Batch, Committed, Expected, NewEvent};
use recount::{Aggregate, AppendId, Event, EventStore, StreamId};
pub use recount::{Consumer, EventName, EventVersion, InMemory, Meta, Mode, On, OnError, Projection, Projects, Source};
pub use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent {
    /// The account exists from now on.
    Opened { owner: String },
    /// Money was paid in.
    Deposited { amount: u64 },
    /// Money was paid out.
    Withdrawn { amount: u64 },
    /// No view cares.
    Renamed { owner: String },
}

/// An account.
#[derive(Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub struct Account {
    pub balance: u64,
}

#[recount::handlers]
impl Account {
    /// Opens it.
    #[command]
    pub fn open(owner: String) -> Opened {
        Opened { owner }
    }

    /// Pays in.
    #[command]
    pub fn deposit(&self, amount: u64) -> Deposited {
        Deposited { amount }
    }

    /// Pays in and out at once: a decision of two events.
    #[command]
    pub fn pass(&self, amount: u64) -> (Deposited, Withdrawn) {
        (Deposited { amount }, Withdrawn { amount })
    }

    /// Names it anew.
    #[command]
    pub fn rename(&self, owner: String) -> Renamed {
        Renamed { owner }
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
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
    }

    #[apply]
    fn renamed(&mut self, _: &Renamed) {}
}

/// What a view of these tests does beside counting: an amount at which its handler panics.
pub const POISON: u64 = 666;

/// What each account has, and all events that were handled, in order. `$copy` says whether it is `Clone`.
macro_rules! balances {
    ($(#[$meta:meta])* $view:ident = $name:literal, mode = $mode:expr, on_error = $on_error:expr, rev = $rev:expr) => {
        $(#[$meta])*
        #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct $view {
            pub by_account: BTreeMap<String, u64>,
            pub positions: Vec<u64>,
        }

        impl Consumer for $view {
            const NAME: &'static str = $name;
            const READS: &'static [Source] = &[Source::of::<Account>()];
            const REV: u32 = $rev;
        }

        impl Projection for $view {
            type View = InMemory<Self>;
            const MODE: Mode = $mode;
            const ON_ERROR: OnError = $on_error;
        }

        impl On<Deposited> for $view {
            fn on(view: &mut Self, event: &Deposited, meta: &Meta) -> Result<(), Infallible> {
                assert_ne!(event.amount, POISON, "poison");
                *view.by_account.entry(meta.id().to_owned()).or_default() += event.amount;
                view.positions.push(meta.position.get());
                Ok(())
            }
        }

        impl On<Withdrawn> for $view {
            fn on(view: &mut Self, event: &Withdrawn, meta: &Meta) -> Result<(), Infallible> {
                *view.by_account.entry(meta.id().to_owned()).or_default() -= event.amount;
                view.positions.push(meta.position.get());
                Ok(())
            }
        }

        impl Projects for $view {
            const NEEDS: &'static [EventName] = &[Deposited::NAME, Withdrawn::NAME];

            fn project(view: &mut Self, event: &dyn Any, meta: &Meta) -> Result<bool, Infallible> {
                if let Some(event) = event.downcast_ref::<Deposited>() {
                    return <Self as On<Deposited>>::on(view, event, meta).map(|()| true);
                }
                if let Some(event) = event.downcast_ref::<Withdrawn>() {
                    return <Self as On<Withdrawn>>::on(view, event, meta).map(|()| true);
                }
                Ok(false)
            }
        }

        #[allow(dead_code, reason = "not each of the tests asks")]
        impl $view {
            /// What an account has.
            pub fn balance(&self, account: &str) -> Option<u64> {
                self.by_account.get(account).copied()
            }
        }
    };
}
pub(crate) use balances;

balances!(
    /// The usual one.
    Balances = "balances", mode = Mode::Async, on_error = OnError::Stop, rev = 0
);

/// An event as it is stored.
pub fn stored(event: &impl Event) -> NewEvent {
    event.encode().expect("it is JSON").into()
}

/// Money paid in.
pub fn paid(amount: u64) -> NewEvent {
    stored(&Deposited { amount })
}

/// An event as another program could have written it.
pub fn raw(name: &'static str, version: u32, floor: u32, payload: &'static str) -> NewEvent {
    NewEvent::new(name, version, floor, payload)
}

/// Writes events to an account behind the back of the runtime.
pub async fn plant(store: &impl EventStore, account: &str, events: Vec<NewEvent>) -> Committed {
    let stream = StreamId::new("account", account).expect("a stream's name");
    let batch = Batch::new(AppendId::new(Uuid::new_v4())).part(stream, Expected::Any, events);
    store.append(batch).await.expect("a planted append")
}

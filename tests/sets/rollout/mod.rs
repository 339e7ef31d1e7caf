//! Rolling deploys: the builds of a set on one store, at the same time and after a way back. Each row is "release N first, then N + 1", and
//! both read what the other writes; a build before N does not.

mod payload;

use recount::{
    Aggregate, Command, DecodeError, Event, EventSet, ExecuteError, HistoryError, LoadError, MemoryStore, RejectionOf,
    Runtime,
};
use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($event:ident = $name:literal),*) => {$(
        #[derive(Debug, Serialize, Deserialize, Event)]
        #[event(name = $name)]
        pub struct $event {}
    )*};
}

events!(
    Opened = "account.opened",
    Credited = "account.credited",
    Withdrawn = "account.withdrawn",
    PaidOut = "account.paid_out",
    LimitRaised = "account.limit_raised"
);

/// What all builds of the account have in common.
trait Build: Aggregate<Id = String> {
    /// The events by the names that the build has for them.
    fn folded(&self) -> Vec<&'static str>;
}

/// One build: its set, what its commands decide, and what it folds. All of them know `Opened`.
macro_rules! build {
    ($build:ident: $(#[$of_set:meta])* { $($(#[$mark:meta])* $event:ident as $folded:literal by $apply:ident),* }
     $(emits $command:ident $emitted:ident)?) => {
        mod $build {
            use recount::{Aggregate, Event};

            use super::{Build, Opened};
            $(use super::$event;)*

            #[derive(Debug, Event)]
            $(#[$of_set])*
            pub enum AccountEvent {
                Opened(Opened),
                $($(#[$mark])* $event($event),)*
            }

            #[derive(Aggregate, Debug)]
            #[aggregate(name = "account", id = String, events = AccountEvent)]
            pub struct Account(Vec<&'static str>);

            #[recount::handlers]
            impl Account {
                #[command]
                pub fn open() -> Opened {
                    Opened {}
                }

                $(
                    #[command]
                    pub fn $command(&self) -> $emitted {
                        $emitted {}
                    }
                )?

                #[apply]
                fn opened(_: &Opened) -> Self {
                    Self(vec!["opened"])
                }

                $(
                    #[apply]
                    fn $apply(&mut self, _: &$event) {
                        self.0.push($folded);
                    }
                )*
            }

            impl Build for Account {
                fn folded(&self) -> Vec<&'static str> {
                    self.0.clone()
                }
            }
        }
    };
}

async fn runtime<A: Aggregate>(store: &MemoryStore) -> Runtime {
    Runtime::builder()
        .store(store.clone())
        .aggregate::<A>()
        .start()
        .await
        .expect("a runtime on a store that answers")
}

/// A build writes, and gives the version of the stream.
async fn writes<C: Command>(store: &MemoryStore, command: C) -> u64
where
    C::Aggregate: Aggregate<Id = String>,
    RejectionOf<C>: std::fmt::Debug,
{
    let written = runtime::<C::Aggregate>(store).await.execute("a", command).await;
    let version = written.expect("written").version;
    version.expect("an event").get()
}

/// A build reads the state, and its history shows as many events.
async fn reads<B: Build>(store: &MemoryStore) -> Vec<&'static str> {
    let runtime = runtime::<B>(store).await;
    let state = runtime.load::<B>("a").await.expect("readable").expect("there");
    let (mut history, mut shown) = (runtime.history::<B>("a"), 0);
    while let Some(event) = history.next().await {
        assert!(event.is_ok());
        shown += 1;
    }
    assert_eq!(shown, state.folded().len());
    state.folded()
}

/// A build that is too old says which event it does not know, on every path, and decides nothing.
async fn does_not_know<C: Command>(store: &MemoryStore, command: C, unknown: &str)
where
    C::Aggregate: Build,
    RejectionOf<C>: std::fmt::Debug,
{
    let runtime = runtime::<C::Aggregate>(store).await;
    let is_it = |source: &DecodeError| matches!(source, DecodeError::UnknownName { name } if name == unknown);
    match runtime.load::<C::Aggregate>("a").await.map(|state| state.is_some()) {
        Err(LoadError::Unreadable(unreadable)) => assert!(is_it(&unreadable.source)),
        other => panic!("{other:?}"),
    }
    match runtime.execute("a", command).await.map(|receipt| receipt.version) {
        Err(ExecuteError::Unreadable(unreadable)) => assert!(is_it(&unreadable.source)),
        other => panic!("{other:?}"),
    }
    let (mut history, mut unread) = (runtime.history::<C::Aggregate>("a"), 0);
    while let Some(event) = history.next().await {
        match event.map(|event| event.version()) {
            Ok(_) => {}
            Err(HistoryError::Unreadable(unreadable)) if is_it(&unreadable.source) => unread += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(unread > 0);
}

/// The names as they lie in the store.
async fn stored<B: Build>(store: &MemoryStore) -> Vec<String> {
    let (mut history, mut names) = (runtime::<B>(store).await.history::<B>("a"), Vec::new());
    while let Some(event) = history.next().await {
        names.push(event.map(|event| event.stored_name().to_owned()).unwrap_or_default());
    }
    names
}

build!(new_before: {});
build!(new_first: { #[event(frozen)] Credited as "credited" by credited });
build!(new_then: { Credited as "credited" by credited } emits credit Credited);

/// New event: frozen first, so that every node folds it before any node emits it.
#[tokio::test]
async fn a_new_event() {
    let store = MemoryStore::new();
    assert_eq!(writes(&store, new_before::Open {}).await, 1);
    assert_eq!(writes(&store, new_then::Credit {}).await, 2);
    assert_eq!(reads::<new_first::Account>(&store).await, ["opened", "credited"]);
    assert_eq!(reads::<new_then::Account>(&store).await, ["opened", "credited"]);
    does_not_know(&store, new_before::Open {}, "account.credited").await;
    // The way back to N: its appends go on after the new event.
    assert!(new_first::AccountEvent::from(Credited {}).encode().is_err());
    let again = runtime::<new_first::Account>(&store)
        .await
        .execute("a", new_first::Open {})
        .await;
    assert!(matches!(again, Err(ExecuteError::AlreadyExists { .. })));
}

build!(renamed_before: { Withdrawn as "withdrawn" by withdrawn } emits withdraw Withdrawn);
build!(renamed_first: #[event(alias("account.paid_out" => Withdrawn))] { Withdrawn as "withdrawn" by withdrawn }
    emits withdraw Withdrawn);
build!(renamed_then: #[event(alias("account.withdrawn" => PaidOut))] { PaidOut as "paid out" by paid_out }
    emits pay_out PaidOut);

/// Renamed event: the new name is read first, and written when every node reads it.
#[tokio::test]
async fn a_renamed_event() {
    let store = MemoryStore::new();
    assert_eq!(writes(&store, renamed_before::Open {}).await, 1);
    assert_eq!(writes(&store, renamed_before::Withdraw {}).await, 2);
    assert_eq!(writes(&store, renamed_first::Withdraw {}).await, 3);
    assert_eq!(
        reads::<renamed_before::Account>(&store).await.len(),
        3,
        "N still writes the old name"
    );
    assert_eq!(writes(&store, renamed_then::PayOut {}).await, 4);
    // Back to N, and forward again.
    assert_eq!(writes(&store, renamed_first::Withdraw {}).await, 5);
    assert_eq!(writes(&store, renamed_then::PayOut {}).await, 6);
    let all = |name| vec!["opened", name, name, name, name, name];
    assert_eq!(reads::<renamed_first::Account>(&store).await, all("withdrawn"));
    assert_eq!(reads::<renamed_then::Account>(&store).await, all("paid out"));
    let (old, new) = ("account.withdrawn", "account.paid_out");
    assert_eq!(
        stored::<renamed_then::Account>(&store).await,
        ["account.opened", old, old, new, old, new]
    );
    does_not_know(&store, renamed_before::Open {}, new).await;
}

build!(retired_before: { LimitRaised as "raised" by raised } emits raise LimitRaised);
build!(retired_first: { #[event(frozen)] LimitRaised as "raised" by raised });

/// Retired event: it is folded for ever, by every build.
#[tokio::test]
async fn a_retired_event() {
    let store = MemoryStore::new();
    assert_eq!(writes(&store, retired_first::Open {}).await, 1);
    assert_eq!(writes(&store, retired_before::Raise {}).await, 2);
    assert_eq!(reads::<retired_first::Account>(&store).await, ["opened", "raised"]);
    assert_eq!(reads::<retired_before::Account>(&store).await, ["opened", "raised"]);
    assert!(retired_first::AccountEvent::from(LimitRaised {}).encode().is_err());
}

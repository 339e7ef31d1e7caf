//! What is stored and what was decided: the same event, or the decision is refused before anything is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use recount::testing::{given, given_nothing};
use recount::{Aggregate, BadDecision, EncodeError, ExecuteError, MemoryStore, Runtime};
use serde::{Deserialize, Serialize};

/// A number that is written as something else than it is read as.
#[derive(Clone, Debug, PartialEq, Deserialize, recount::Schema)]
#[serde(transparent)]
pub struct Cents(u64);

impl Serialize for Cents {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0 / 100)
    }
}

/// What can happen to a till.
#[recount::events(prefix = "till")]
#[derive(Clone, Debug, PartialEq)]
pub enum TillEvent {
    /// It is open.
    Opened {
        /// Written in any order.
        tags: HashSet<String>,
        /// Written in any order.
        coins: HashMap<u32, u32>,
    },
    /// Money came in.
    Filled { amount: Cents },
    /// Somebody looked.
    Looked {
        /// Never stored.
        #[serde(skip)]
        glances: u64,
    },
}

/// A till, whose commands panic where they are copied.
#[derive(Aggregate, Debug)]
#[aggregate(name = "till", id = u64, events = TillEvent)]
pub struct Till {
    glances: u64,
}

/// A command whose copy panics.
#[derive(Debug)]
pub struct Fragile;

impl Clone for Fragile {
    fn clone(&self) -> Self {
        panic!("it is fragile")
    }
}

#[recount::handlers(commands = TillCommand)]
impl Till {
    /// Opens it, with collections that have no order.
    #[command]
    pub fn open() -> Opened {
        let tags = (0..20).map(|tag| format!("tag {tag}")).collect();
        Opened {
            tags,
            coins: (0..20).map(|coin| (coin, coin)).collect(),
        }
    }

    /// Decides what is stored as something else.
    #[command]
    pub fn fill(&self, cents: u64) -> Filled {
        Filled { amount: Cents(cents) }
    }

    /// Decides what is not stored whole.
    #[command]
    pub fn look(&self, glances: u64) -> Looked {
        Looked { glances }
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { glances: 0 }
    }

    #[apply]
    fn filled(&mut self, _: &Filled) {}

    #[apply]
    fn looked(&mut self, event: &Looked) {
        self.glances += event.glances;
    }
}

fn opened() -> TillEvent {
    Opened {
        tags: HashSet::new(),
        coins: HashMap::new(),
    }
    .into()
}

async fn on(store: MemoryStore) -> Runtime {
    Runtime::builder()
        .store(store)
        .aggregate::<Till>()
        .verify_writes(true)
        .start()
        .await
        .expect("started")
}

/// Rule 1.10: an event that would be read back as another one is not stored.
#[tokio::test]
async fn what_reads_back_as_something_else_is_refused() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute(1, Open {}).await.expect("collections have no order");
    match runtime.execute(1, Fill { cents: 1_234 }).await {
        Err(ExecuteError::BadDecision(BadDecision::Encode(EncodeError::Changed {
            name: "till.filled",
            path,
        }))) => {
            assert_eq!(path, "amount");
        }
        other => panic!("{other:?}"),
    }
}

/// A decision is the same in whatever order its collections are written.
#[test]
fn collections_without_order_are_decided_twice() {
    given_nothing::<Till>()
        .when(Open {})
        .then_state(|till| assert_eq!(till.glances, 0));
}

/// Rule 11.2: the fixture's state is the one that a load would give, and what is lost on the way is named.
#[tokio::test]
async fn a_fixture_sees_what_a_load_sees() {
    given::<Till>([opened()])
        .when(Look { glances: 3 })
        .then_state(|till| assert_eq!(till.glances, 0));
    let runtime = on(MemoryStore::new()).await;
    runtime.execute(1, Open {}).await.expect("opened");
    runtime.execute(1, Look { glances: 3 }).await.expect("written");
    assert_eq!(
        runtime.load::<Till>(1).await.expect("readable").expect("there").glances,
        0
    );
    let told = std::panic::catch_unwind(|| {
        given::<Till>([opened()])
            .when(Look { glances: 3 })
            .then_events([Looked { glances: 3 }.into()])
    });
    let told = told.expect_err("it is lost").downcast::<String>().expect("a message");
    assert!(
        told.starts_with("`look` decided events that read back as others"),
        "{told}"
    );
}

/// Rule 4.10: what caused an event is its command, also when that came in the enum of all commands.
#[tokio::test]
async fn the_enum_of_commands_keeps_the_name_of_its_command() {
    let runtime = on(MemoryStore::new()).await;
    let command: TillCommand = serde_json::from_str(r#"{"open":{}}"#).expect("a command from outside");
    runtime.dispatch(1, command).await.expect("opened");
    let mut history = runtime.history::<Till>(1);
    let event = history.next().await.expect("an event").expect("readable");
    let cause = event.meta().headers.command.clone().expect("a command");
    assert_eq!(cause.name, "open");
}

mod fragile {
    use recount::{Command, Context, Handle, Requires};

    use super::{Fragile, Looked, Till};

    impl Command for Fragile {
        type Aggregate = Till;
        const NAME: &'static str = "fragile";
    }

    impl Handle<Fragile> for Till {
        const REQUIRES: Requires = Requires::Either;
        type Outcome = Looked;
        fn handle(_: Option<&Self>, _: Fragile, _: &Context) -> Looked {
            Looked { glances: 0 }
        }
    }
}

/// Rule 4.11: a `Clone` is user code too.
#[tokio::test]
async fn a_panic_while_a_command_is_copied_is_confined() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute(1, Open {}).await.expect("opened");
    let answer = runtime.execute(1, Fragile).await;
    assert!(matches!(answer, Err(ExecuteError::Panicked(panicked)) if panicked.message == "it is fragile"));
}

/// Rule 1.9: the names of streams count, or a batch of many small parts would be as large as it likes.
#[tokio::test]
async fn the_names_of_streams_count() {
    use recount::store::{AppendError, Batch, EventStore, Expected, Limit, NewEvent, Refusal};
    let store = MemoryStore::new();
    let mut batch = Batch::new(recount::AppendId::new(uuid::Uuid::new_v4()));
    let mut names = BTreeMap::new();
    for number in 0..40_000 {
        let stream = recount::StreamId::new("till", &format!("{number:0>500}")).expect("a name");
        names.insert(number, stream.as_str().len());
        batch = batch.part(stream, Expected::Any, vec![NewEvent::new("till.opened", 1, 1, "{}")]);
    }
    let total: usize = names.values().sum();
    let refused = store.append(batch).await.expect_err("too large");
    assert!(
        matches!(refused, AppendError::Refused(Refusal::TooLarge { what: Limit::Batch, actual, .. }) if actual > total),
        "{refused:?}"
    );
}

//! Builds that know less than those before them, and processes with too many instances that stand still.

use recount::{Aggregate, AnyStore, Command, ConsumerState, MemoryStore, Meta, OrPark, Process, Runtime};

use crate::bank::{Requested, Transfer, TransferId, account, bank};
use crate::crashing::kept;
use crate::processes::{clock, request, settle, start, store};

/// The payments without their timers and commands.
#[derive(Process)]
#[process(name = "pay", id = TransferId, reads(Transfer), start = beginning)]
pub struct Forgetful;

#[recount::handlers]
impl Forgetful {
    #[apply]
    fn begun(_: &Requested) -> Self {
        Self
    }

    #[on(start, key = TransferId(meta.id().to_owned()))]
    fn requested(&self, _: &Requested) {}
}

/// Cannot answer each transfer, and bears two such.
#[derive(Process)]
#[process(name = "strict", id = TransferId, reads(Transfer), start = beginning, max_parked = 2)]
pub struct Strict;

#[recount::handlers]
impl Strict {
    #[apply]
    fn begun(_: &Requested) -> Self {
        Self
    }

    #[on(start, key = TransferId(meta.id().to_owned()))]
    fn requested(&self, event: &Requested) {
        assert!(event.amount != 666, "a transfer cannot be of 666");
    }
}

/// A parcel has an event under a name that records have too, and a process that does not need it.
#[recount::events(prefix = "recount")]
#[derive(Clone, Debug, PartialEq)]
pub enum ParcelEvent {
    /// It was sent.
    Sent { to: String },
    /// It was touched.
    Handled {},
}

#[derive(Aggregate, Clone, Debug)]
#[aggregate(name = "parcel", id = String, events = ParcelEvent)]
pub struct Parcel;

#[recount::handlers]
impl Parcel {
    #[command]
    pub fn send(to: String) -> Sent {
        Sent { to }
    }
    #[command]
    pub fn handle(&self) -> Handled {
        Handled {}
    }
    #[apply]
    fn sent(_: &Sent) -> Self {
        Self
    }
    #[apply]
    fn handled(&mut self, _: &Handled) {}
}

/// Has each parcel handled once.
#[derive(Process)]
#[process(name = "post", id = String, reads(Parcel), start = beginning)]
pub struct Post;

#[recount::handlers]
impl Post {
    #[apply]
    fn begun(_: &Sent) -> Self {
        Self
    }
    #[on(start, key = meta.id().to_owned())]
    fn sent(&self, _: &Sent, meta: &Meta) -> OrPark<Handle> {
        Handle {}.to(meta.id()).or_park()
    }
}

/// Rule 7.8: what a process does not need of an aggregate is left out of that alone, and not of its own records.
#[tokio::test]
async fn records_have_names_of_their_own() {
    let builder = Runtime::builder().store(MemoryStore::new()).aggregate::<Parcel>();
    let runtime = builder.process::<Post>().start().await.expect("a start");
    let to = "ada".to_owned();
    runtime.execute("p-1", Send { to }).await.expect("a parcel");
    settle(&runtime).await;
    let parcel = runtime.load::<Parcel>("p-1").await.expect("a parcel");
    assert_eq!(parcel.map(|parcel| recount::Loaded::version(&parcel).get()), Some(2));
    runtime.shutdown().await;
}

async fn state(runtime: &Runtime) -> ConsumerState {
    runtime.status().await.expect("a status").consumers[0].state.clone()
}

/// Rule 9.10: a build without a step that a running instance needs holds the process, and the build before it goes on.
#[tokio::test]
async fn a_removed_step_holds_the_process() {
    let clock = clock();
    let store: AnyStore = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100).await;
    request(&runtime, "t-1", "ada", "nobody", 30).await;
    settle(&runtime).await;
    runtime.shutdown().await;

    let runtime = bank(kept(&store))
        .process::<Forgetful>()
        .start()
        .await
        .expect("a start");
    let unsettled = runtime.settle().await.expect_err("it holds");
    assert!(unsettled.to_string().contains("has no timer `late`"), "{unsettled}");
    assert!(matches!(state(&runtime).await, ConsumerState::Holding { .. }));
    runtime.shutdown().await;

    let runtime = start(&store, &clock).await;
    settle(&runtime).await;
    assert_eq!(state(&runtime).await, ConsumerState::Live);
    runtime.shutdown().await;
}

/// Rule 9.10: what a list says that was kept holds nothing if the log behind it says otherwise.
#[tokio::test]
async fn an_abandoned_instance_holds_nothing() {
    let clock = clock();
    let store: AnyStore = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100).await;
    request(&runtime, "t-1", "ada", "nobody", 30).await;
    settle(&runtime).await;
    runtime.shutdown().await;

    let forgetful = async || {
        bank(kept(&store))
            .process::<Forgetful>()
            .start()
            .await
            .expect("a start")
    };
    let runtime = forgetful().await;
    runtime.settle().await.expect_err("it holds");
    let id = TransferId("t-1".into());
    let abandoned = runtime
        .abandon_case::<Forgetful>(id, "nobody waits for it", "ann")
        .await;
    abandoned.expect("it runs");
    runtime.shutdown().await;
    let runtime = forgetful().await;
    settle(&runtime).await;
    runtime.shutdown().await;
}

/// Rule 9.9: with more parked instances than are declared the process stops.
#[tokio::test]
async fn too_many_parked_instances_stop_it() {
    let clock = clock();
    let store = store(&clock);
    let runtime = bank(kept(&store)).process::<Strict>().start().await.expect("a start");
    for number in 0..3 {
        request(
            &runtime,
            &format!("t-{number}"),
            "ada",
            "bob",
            if number < 2 { 666 } else { 1 },
        )
        .await;
    }
    settle(&runtime).await;
    request(&runtime, "t-3", "ada", "bob", 666).await;
    let unsettled = runtime.settle().await.expect_err("it stops");
    assert!(
        unsettled.to_string().ends_with("3 instances are parked, and 2 may be"),
        "{unsettled}"
    );
    assert!(matches!(state(&runtime).await, ConsumerState::Stopped { .. }));
    let id = TransferId("t-0".into());
    let abandoned = runtime.abandon_case::<Strict>(id, "nobody waits for it", "ann").await;
    abandoned.expect("it stands still");
    runtime.shutdown().await;
    let runtime = bank(kept(&store)).process::<Strict>().start().await.expect("a start");
    settle(&runtime).await;
    assert_eq!(
        runtime.status().await.expect("a status").consumers[0].parked,
        ["t-1", "t-3"]
    );
    runtime.shutdown().await;
}

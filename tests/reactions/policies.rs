//! Policies: where they begin, what they send, what becomes of each outcome, and how parked events come back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use recount::store::{Batch, Checkpoint, CheckpointStore, ConsumerName, EventStore, Expected, NewEvent, Saved};
use recount::{
    AnyStore, AppendId, Command, ConsumerState, Failed, Failure, MemoryStore, Meta, OrPark, Policy, RedriveError,
    Runtime, To,
};
use uuid::Uuid;

use crate::bank::{Account, Debit, Debited, Deposit, Open, Opened, TooLittle, account, balance, bank, told};
use crate::crashing::kept;

/// Gives each new account of a good name a present; what cannot be given goes to the bank.
#[derive(Policy, Default)]
#[policy(name = "welcome", reads(Account), start = beginning)]
pub struct Welcome;

#[recount::handlers]
impl Welcome {
    #[on]
    fn opened(&self, event: &Opened, meta: &Meta) -> Option<To<Deposit>> {
        let amount = match event.owner.as_str() {
            "rejected" => 13,
            "panics" => 14,
            "nobody" | "bank" => return None,
            "impolite" => panic!("no present for the impolite"),
            _ => 5,
        };
        let id = if event.owner == "missing" {
            "no-such-account"
        } else {
            meta.id()
        };
        Some(Deposit { amount }.to(id))
    }

    #[on]
    fn not_given(&self, failed: &Failed<Deposit>) -> OrPark<Deposit> {
        let amount = match &failed.why {
            Failure::Rejected(TooLittle(_)) => 100,
            Failure::NotFound => 200,
            _ => 300,
        };
        Deposit { amount }.to("bank").or_park()
    }
}

/// What the fee of one account is, which a release may change.
static FEE: AtomicU64 = AtomicU64::new(1);

/// Takes a fee for each debit to an account of the owner's.
#[derive(Policy, Default)]
#[policy(name = "fees", reads(Account), start = now)]
pub struct Fees;

#[recount::handlers]
impl Fees {
    #[on]
    fn debited(&self, event: &Debited, meta: &Meta) -> Vec<OrPark<Deposit>> {
        let is_new = meta.id() == "changing";
        let fee = if is_new { FEE.load(Ordering::SeqCst) } else { 1 };
        let deposit = |amount| Deposit { amount }.to(format!("fees-{}", meta.id())).or_park();
        vec![deposit(fee), deposit(event.amount)]
    }
}

async fn start(store: &AnyStore) -> Runtime {
    bank(kept(store)).policy::<Welcome>().start().await.expect("a start")
}

/// Rules 9.3, 9.5: each outcome of a command; a rejection comes back as it is, and its answer is sent under a name of its own.
#[tokio::test]
async fn each_outcome() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = start(&store).await;
    account(&runtime, "nobody", 0).await;
    runtime.settle().await.expect("no policy stands still");
    runtime
        .execute("bank", Open { owner: "nobody".into() })
        .await
        .expect("a bank");
    for owner in ["ada", "rejected", "missing", "panics", "impolite"] {
        account(&runtime, owner, 0).await;
    }
    runtime.settle().await.expect("no policy stands still");
    assert_eq!(balance(&runtime, "ada").await, 5);
    assert_eq!(balance(&runtime, "rejected").await, 0);
    assert_eq!(balance(&runtime, "bank").await, 100 + 200);
    let status = runtime.status().await.expect("a status");
    let welcome = &status.consumers[0];
    assert_eq!(
        (welcome.name.as_str(), &welcome.state),
        ("welcome", &ConsumerState::Live)
    );
    assert_eq!(welcome.parked, ["account/impolite", "account/panics"]);
    runtime.shutdown().await;
}

async fn fees(store: &AnyStore) -> Runtime {
    bank(kept(store)).policy::<Fees>().start().await.expect("a start")
}

async fn debit(runtime: &Runtime, id: &str, transfer: &str, amount: u64) {
    let transfer = transfer.to_owned();
    runtime.execute(id, Debit { transfer, amount }).await.expect("a debit");
}

async fn parked(runtime: &Runtime) -> Vec<String> {
    runtime.status().await.expect("a status").consumers[0].parked.clone()
}

/// Rules 9.4, 9.5, 9.9: it begins with what comes from now on; what fails parks its stream and what comes later in it, other streams go on,
/// and a redrive does all of it in order.
#[tokio::test]
async fn what_is_parked_comes_back_in_order() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = bank(kept(&store)).start().await.expect("a start");
    account(&runtime, "ada", 1_000).await;
    account(&runtime, "bob", 1_000).await;
    debit(&runtime, "ada", "before", 100).await;
    runtime.shutdown().await;

    let runtime = fees(&store).await;
    account(&runtime, "fees-bob", 0).await;
    for transfer in ["one", "two", "three"] {
        debit(&runtime, "ada", transfer, 10).await;
        debit(&runtime, "bob", transfer, 10).await;
    }
    runtime.settle().await.expect("no policy stands still");
    assert_eq!(parked(&runtime).await, ["account/ada"]);
    assert_eq!(balance(&runtime, "fees-bob").await, 33);

    // Another life of it knows what is parked, and queues what comes.
    runtime.shutdown().await;
    let runtime = fees(&store).await;
    debit(&runtime, "ada", "four", 10).await;
    runtime.settle().await.expect("no policy stands still");
    let again = runtime.redrive("fees").await.expect("it parks");
    assert_eq!(
        (again.done, again.failed.len()),
        (0, 1),
        "there is no account for the fees yet: {again:?}"
    );
    account(&runtime, "fees-ada", 0).await;
    let again = runtime.redrive_key("fees", "account/ada").await.expect("it parks");
    assert_eq!((again.done, again.failed.len()), (4, 0), "{again:?}");
    runtime.settle().await.expect("no policy stands still");
    assert!(parked(&runtime).await.is_empty());
    assert_eq!(
        balance(&runtime, "fees-ada").await,
        44,
        "each once, and nothing of before"
    );
    let unknown = runtime.redrive("nobody").await;
    assert!(matches!(unknown, Err(RedriveError::NoConsumer { .. })));
    runtime.shutdown().await;
}

async fn reset(store: &AnyStore, name: &str) {
    let (checkpoints, name) = (store.checkpoints(), ConsumerName::new(name).expect("a name"));
    let lease = checkpoints
        .claim(&name, Duration::from_secs(1))
        .await
        .expect("nobody runs it");
    let kept = checkpoints
        .load(&name)
        .await
        .expect("it is kept")
        .expect("it has begun");
    let start = Saved {
        checkpoint: Checkpoint::start(name, store.identity()),
        state: Vec::new(),
        ..kept
    };
    checkpoints.reset(&lease, start).await.expect("a reset");
    checkpoints.release(&lease).await.expect("a release");
}

/// Rule 9.3: what is delivered again has no second effect; another command under the same name is parked and not sent.
#[tokio::test]
async fn an_effect_has_one_name() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = fees(&store).await;
    account(&runtime, "changing", 1_000).await;
    account(&runtime, "fees-changing", 0).await;
    debit(&runtime, "changing", "one", 10).await;
    runtime.settle().await.expect("no policy stands still");
    let before = told(&store).await;
    for _ in 0..3 {
        runtime.shutdown().await;
        reset(&store, "fees").await;
        let runtime = fees(&store).await;
        runtime.settle().await.expect("no policy stands still");
        assert_eq!(told(&store).await, before);
        runtime.shutdown().await;
    }
    reset(&store, "fees").await;
    FEE.store(2, Ordering::SeqCst);
    let runtime = fees(&store).await;
    runtime.settle().await.expect("no policy stands still");
    assert_eq!(told(&store).await, before);
    assert_eq!(parked(&runtime).await, ["account/changing"]);
    FEE.store(1, Ordering::SeqCst);
    runtime.shutdown().await;
}

pub async fn plant(store: &AnyStore, stream: &str, name: &'static str, payload: &str) {
    let event = vec![NewEvent::new(name, 1, 1, payload)];
    let batch = Batch::new(AppendId::new(Uuid::new_v4())).part(stream.parse().expect("a name"), Expected::Any, event);
    store.append(batch).await.expect("an append");
}

/// Rules 5.6, 9.9: what no build can read is parked with its stream, and others go on; what a newer build can read is waited for.
#[tokio::test]
async fn events_that_cannot_be_read() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = fees(&store).await;
    account(&runtime, "bob", 1_000).await;
    account(&runtime, "fees-bob", 0).await;
    plant(&store, "account/eve", "account.debited", r#"{"transfer":7}"#).await;
    debit(&runtime, "bob", "one", 10).await;
    runtime.settle().await.expect("no policy stands still");
    assert_eq!(parked(&runtime).await, ["account/eve"]);
    assert_eq!(balance(&runtime, "fees-bob").await, 11);

    plant(&store, "account/zoe", "account.cloned", "{}").await;
    let unknown = store.head().await.expect("a head");
    debit(&runtime, "bob", "two", 10).await;
    let unsettled = runtime.settle().await.expect_err("it holds");
    assert!(unsettled.to_string().contains("account.cloned"), "{unsettled}");
    let status = runtime.status().await.expect("a status");
    assert!(matches!(status.consumers[0].state, ConsumerState::Holding { .. }));
    assert!(
        status.consumers[0].position < Some(unknown),
        "what is not known is not passed"
    );
    runtime.shutdown().await;
}

/// Rules 8.4, 9.9: what stands behind an event that is waited for is not set aside before that is completed, or what stands before it in its
/// stream, and was done, would be set aside with it.
#[tokio::test]
async fn nothing_is_parked_behind_what_is_waited_for() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = fees(&store).await;
    account(&runtime, "eve", 1_000).await;
    account(&runtime, "fees-eve", 0).await;
    runtime.settle().await.expect("no policy stands still");
    runtime.shutdown().await;
    let runtime = bank(kept(&store)).start().await.expect("a start");
    plant(&store, "account/zoe", "account.cloned", "{}").await;
    debit(&runtime, "eve", "one", 10).await;
    plant(&store, "account/eve", "account.debited", r#"{"transfer":7}"#).await;
    runtime.shutdown().await;

    let runtime = fees(&store).await;
    let unsettled = runtime.settle().await.expect_err("it holds");
    assert!(unsettled.to_string().contains("account.cloned"), "{unsettled}");
    assert_eq!(
        balance(&runtime, "fees-eve").await,
        11,
        "done, and delivered again later"
    );
    let name = ConsumerName::new("fees").expect("a name");
    let parked = store.checkpoints().parked(&name).await.expect("checkpoints");
    assert!(parked.is_empty(), "{parked:?}");
    runtime.shutdown().await;
}

/// Rule 7.6: of two runtimes on one store one runs the policy, and the other takes over when it stops. Each command is sent once.
#[tokio::test(start_paused = true)]
async fn one_runtime_runs_it_at_a_time() {
    let store = AnyStore::new(MemoryStore::new());
    let first = fees(&store).await;
    account(&first, "bob", 1_000).await;
    account(&first, "fees-bob", 0).await;
    first.settle().await.expect("it runs here");
    let second = fees(&store).await;
    debit(&second, "bob", "one", 10).await;
    let elsewhere = second.settle().await.expect_err("it runs there");
    assert!(elsewhere.to_string().contains("is run elsewhere"), "{elsewhere}");
    first.settle().await.expect("it runs here");
    assert_eq!(balance(&second, "fees-bob").await, 11);
    first.shutdown().await;
    debit(&second, "bob", "two", 10).await;
    second.settle().await.expect("it has taken over");
    assert_eq!(balance(&second, "fees-bob").await, 22);
    assert!(told(&store).await.values().all(|times| *times <= 2));
    second.shutdown().await;
}

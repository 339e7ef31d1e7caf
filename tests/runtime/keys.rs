//! Idempotency keys and unknown outcomes: a request that is made again is answered, and not done, again.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::sync::atomic::{AtomicU64, Ordering};

use recount::store::{Capabilities, Fingerprint, Refusal, Resolved, Unknown};
use recount::{Aggregate, BadDecision, Command, ExecuteError, Fingerprinted, Handle, Receipt, Runtime};
use tokio::task::JoinSet;

use crate::watched::Watched;

/// How often `book` was decided.
static DECIDED: AtomicU64 = AtomicU64::new(0);

/// What can happen to a ledger.
#[recount::events(prefix = "ledger")]
#[derive(Clone, Debug, PartialEq)]
pub enum LedgerEvent {
    /// It is there.
    Founded { by: String },
    /// Something was booked.
    Booked { amount: u64 },
}

/// A ledger.
#[derive(Aggregate, Debug)]
#[aggregate(name = "ledger", id = String, events = LedgerEvent)]
pub struct Ledger {
    pub sum: u64,
    pub bookings: u64,
}

/// There is not enough.
#[derive(Debug, PartialEq)]
pub struct TooLittle;

#[recount::handlers(commands = LedgerCommand)]
impl Ledger {
    /// Founds it.
    #[command]
    pub fn found(by: String) -> Founded {
        Founded { by }
    }

    /// Books, from a ledger that exists.
    #[command]
    pub fn book(&self, amount: u64, tags: HashMap<String, u64>) -> Vec<Booked> {
        DECIDED.fetch_add(1, Ordering::SeqCst);
        vec![Booked { amount }; 1 + tags.len()]
    }

    /// Books what is needed to come to a sum: nothing, if it is there.
    #[command(idempotent)]
    pub fn fill(&self, to: u64) -> Option<Booked> {
        (self.sum < to).then(|| Booked { amount: to - self.sum })
    }

    /// Books only where there is enough.
    #[command]
    pub fn match_up(&self, least: u64) -> Result<Booked, TooLittle> {
        if self.sum < least {
            Err(TooLittle)
        } else {
            Ok(Booked { amount: least })
        }
    }

    /// Takes what JSON has not.
    #[command]
    pub fn weigh(&self, grams: f64) -> Booked {
        Booked {
            amount: if grams > 1.0 { 1 } else { 0 },
        }
    }

    #[apply]
    fn founded(_: &Founded) -> Self {
        Self { sum: 0, bookings: 0 }
    }

    #[apply]
    fn booked(&mut self, event: &Booked) {
        self.sum += event.amount;
        self.bookings += 1;
    }
}

async fn on(store: impl recount::EventStore) -> Runtime {
    Runtime::builder()
        .store(store)
        .aggregate::<Ledger>()
        .start()
        .await
        .expect("started")
}

async fn ledger(runtime: &Runtime) -> (u64, u64) {
    let ledger = runtime.load::<Ledger>("a").await.expect("readable").expect("there");
    (ledger.sum, ledger.bookings)
}

fn book(amount: u64) -> Book {
    Book {
        amount,
        tags: HashMap::new(),
    }
}

fn same(first: &Receipt<LedgerEvent>, again: &Receipt<LedgerEvent>) {
    assert!(!first.duplicate && again.duplicate);
    let mut first = first.clone();
    first.duplicate = true;
    assert_eq!(&first, again);
}

/// Rules 2.3, 2.4, 2.1: the first receipt, before anything else is looked at; for other content, a definite no; from any runtime.
#[tokio::test]
async fn a_repeat_is_the_first_receipt() {
    let store = Watched::new();
    let (runtime, other) = (on(store.clone()).await, on(store.clone()).await);
    let found = || Found { by: "Ada".into() };
    let first = runtime
        .execute("a", found())
        .idempotency_key("k0")
        .await
        .expect("founded");
    same(
        &first,
        &runtime
            .execute("a", found())
            .idempotency_key("k0")
            .await
            .expect("not `AlreadyExists`"),
    );

    let tags = || [("x".to_owned(), 1), ("y".to_owned(), 2), ("z".to_owned(), 3)].into();
    let three = || Book {
        amount: 5,
        tags: tags(),
    };
    let first = runtime
        .execute("a", three())
        .idempotency_key("k1")
        .expect_version(1)
        .await
        .expect("booked");
    assert_eq!(first.events.len(), 4);
    let before = DECIDED.load(Ordering::SeqCst);
    for runtime in [&runtime, &other] {
        for _ in 0..20 {
            let again = runtime
                .execute("a", three())
                .idempotency_key("k1")
                .expect_version(1)
                .await;
            same(&first, &again.expect("not a conflict"));
        }
        // As data, from a queue: the enum of all commands has the fingerprint of the command inside.
        let json = serde_json::to_string(&LedgerCommand::Book(three())).expect("a command is JSON");
        let command: LedgerCommand = serde_json::from_str(&json).expect("and comes back");
        same(
            &first,
            &runtime
                .dispatch("a", command)
                .idempotency_key("k1")
                .await
                .expect("the same request"),
        );
    }
    assert_eq!(DECIDED.load(Ordering::SeqCst), before, "no handler was called");

    let answer = other.execute("a", book(6)).idempotency_key("k1").await;
    let Err(ExecuteError::Refused(Refusal::KeyReused { key, parts })) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!((key.as_str(), parts[0].first.get(), parts[0].last.get()), ("k1", 2, 5));
    let answer = other.execute("a", Fill { to: 5 }).idempotency_key("k1").await;
    assert!(matches!(answer, Err(ExecuteError::Refused(Refusal::KeyReused { .. }))));
    assert_eq!(ledger(&runtime).await, (20, 4));
    runtime
        .execute("b", found())
        .idempotency_key("k0")
        .await
        .expect("a key is of its stream");
}

/// Rule 2.5: only what was written is remembered.
#[tokio::test(start_paused = true)]
async fn what_was_not_written_is_not_remembered() {
    let store = Watched::new();
    let (runtime, other) = (on(store.clone()).await, on(store.clone()).await);
    runtime.execute("a", Found { by: "Ada".into() }).await.expect("founded");
    let answer = runtime.execute("a", MatchUp { least: 10 }).idempotency_key("k").await;
    assert!(matches!(answer, Err(ExecuteError::Rejected(TooLittle))));
    runtime.execute("a", book(10)).await.expect("booked");
    let receipt = runtime.execute("a", MatchUp { least: 10 }).idempotency_key("k").await;
    assert!(!receipt.expect("there is enough now").duplicate);

    let nothing = runtime
        .execute("a", Fill { to: 10 })
        .idempotency_key("full")
        .await
        .expect("accepted");
    assert!(nothing.events.is_empty());
    let reused = runtime
        .execute("a", Fill { to: 30 })
        .idempotency_key("full")
        .await
        .expect("the key is free");
    assert_eq!(reused.events, [Booked { amount: 10 }.into()]);

    other.execute("a", book(1)).await.expect("booked");
    let answer = runtime
        .execute("a", book(2))
        .idempotency_key("late")
        .expect_version(4)
        .await;
    assert!(matches!(answer, Err(ExecuteError::Conflict { .. })), "{answer:?}");
    let receipt = runtime
        .execute("a", book(2))
        .idempotency_key("late")
        .expect_version(5)
        .await;
    assert!(!receipt.expect("written").duplicate);
}

/// Rule 2.3: of many who ask the same at once, one is served and the others are told of it, also over two runtimes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_at_once_is_done_once() {
    let store = Watched::new();
    let runtimes = [on(store.clone()).await, on(store.clone()).await];
    runtimes[0]
        .execute("a", Found { by: "Ada".into() })
        .await
        .expect("founded");
    for round in 0..20 {
        let mut tasks = JoinSet::new();
        for task in 0..8 {
            let key = format!("k{round}");
            let command = runtimes[task % 2]
                .execute("a", book(1))
                .idempotency_key(key)
                .retries(100);
            tasks.spawn(command.into_future());
        }
        let mut receipts = Vec::new();
        while let Some(receipt) = tasks.join_next().await {
            receipts.push(receipt.expect("no panic").expect("answered"));
        }
        assert_eq!(receipts.iter().filter(|receipt| !receipt.duplicate).count(), 1);
        assert!(receipts.iter().all(|receipt| receipt.append == receipts[0].append));
    }
    assert_eq!(ledger(&runtimes[0]).await, (20, 20));
}

/// Rule 2.7: an answer that was lost is found: by its value, also after that was stored, or by the whole request again under its key.
#[tokio::test]
async fn a_lost_answer_is_found() {
    let store = Watched::new();
    let runtime = on(store.clone()).await;
    runtime.execute("a", Found { by: "Ada".into() }).await.expect("founded");
    store.lose_answers(1);
    let answer = runtime.execute("a", book(7)).idempotency_key("k").await;
    let Err(ExecuteError::Unknown { unknown, .. }) = answer else {
        panic!("{answer:?}")
    };
    let kept = serde_json::to_string(&unknown).expect("it can be stored");
    let unknown: Unknown = serde_json::from_str(&kept).expect("and comes back");
    match runtime.resolve(&unknown).await.expect("readable") {
        Resolved::Committed(committed) => assert_eq!((committed.append, committed.duplicate), (unknown.append, false)),
        other => panic!("{other:?}"),
    }
    let again = runtime
        .execute("a", book(7))
        .idempotency_key("k")
        .await
        .expect("the first receipt");
    assert_eq!((again.append, again.duplicate), (unknown.append, true));
    assert_eq!(ledger(&runtime).await, (7, 1));
}

/// Rule 2.3: a fingerprint is of the name and the fields, in whatever order they are written; it stays for as long as keys are remembered.
#[test]
fn fingerprints_are_of_what_is_asked() {
    let print = |command: &dyn Fn() -> Book| command().fingerprint().expect("JSON");
    let tags = || -> HashMap<String, u64> { (0..30).map(|tag| (format!("tag {tag}"), tag)).collect() };
    let one = print(&|| Book {
        amount: 1,
        tags: tags(),
    });
    for _ in 0..20 {
        assert_eq!(
            print(&|| Book {
                amount: 1,
                tags: tags()
            }),
            one,
            "a map has no order"
        );
    }
    assert_ne!(
        print(&|| Book {
            amount: 2,
            tags: tags()
        }),
        one
    );
    let fill = Fill { to: 5 }.fingerprint().expect("JSON");
    assert_ne!(MatchUp { least: 5 }.fingerprint().expect("JSON"), fill);
    assert_eq!(LedgerCommand::Fill(Fill { to: 5 }).fingerprint().expect("JSON"), fill);
    assert_eq!(fill, Fingerprint::of([&br#"{"fill":{"to":5}}"#[..]]));
    assert_eq!(format!("{fill:?}"), "Fingerprint(534f4534055c7db057b0aef1941828a7)");
    assert_eq!(<Fill as Command>::NAME, "fill");
    const { assert!(<Ledger as Handle<Fill>>::IS_IDEMPOTENT && !<Ledger as Handle<Found>>::IS_IDEMPOTENT) };
}

/// What has no fingerprint is a bad command under a key, and an ordinary one without.
#[tokio::test]
async fn a_command_that_json_cannot_carry() {
    let runtime = on(Watched::new()).await;
    runtime.execute("a", Found { by: "Ada".into() }).await.expect("founded");
    let answer = runtime
        .execute("a", Weigh { grams: f64::NAN })
        .idempotency_key("k")
        .await;
    assert!(
        matches!(answer, Err(ExecuteError::BadDecision(BadDecision::Fingerprint(_)))),
        "{answer:?}"
    );
    runtime
        .execute("a", Weigh { grams: f64::NAN })
        .await
        .expect("without a key nobody writes it");
}

/// A key that cannot be one, and a store that remembers none, are refused before anything is decided.
#[tokio::test]
async fn keys_that_cannot_be() {
    let runtime = on(Watched::new()).await;
    for key in [String::new(), "k".repeat(256)] {
        let answer = runtime
            .execute("a", Found { by: "Ada".into() })
            .idempotency_key(key)
            .await;
        assert!(matches!(
            answer,
            Err(ExecuteError::Refused(Refusal::EmptyKey | Refusal::TooLarge { .. }))
        ));
    }
    let forgetful = |capabilities: &mut Capabilities| capabilities.key_window = recount::store::KeyWindow::None;
    let runtime = on(Watched::declaring(forgetful)).await;
    let answer = runtime
        .execute("a", Found { by: "Ada".into() })
        .idempotency_key("k")
        .await;
    assert!(matches!(
        answer,
        Err(ExecuteError::Refused(Refusal::Unsupported {
            what: "idempotency keys"
        }))
    ));
    runtime
        .execute("a", Found { by: "Ada".into() })
        .await
        .expect("without a key it needs none");
}

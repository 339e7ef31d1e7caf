//! Transactions: several commands, one append, and no lock that anybody could wait for.

use recount::store::Refusal;
use recount::{AppendId, ExecuteError, Loaded, MemoryStore, Runtime};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::cancel::drop_after;
use crate::live::{Dice, seed};
use crate::tally::{self, Refused, copied, single};
use crate::watched::Watched;

async fn sum(runtime: &Runtime, id: &str) -> (u64, u64) {
    let tally = runtime
        .load::<single::Tally>(id)
        .await
        .expect("readable")
        .expect("there");
    (tally.sum, Loaded::version(&tally).get())
}

/// Rule 1.3: several streams, several aggregates, several commands on one stream that see one another; one append, one receipt.
#[tokio::test]
async fn all_of_it_is_one_append() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    let request = Uuid::new_v4();
    let mut tx = runtime
        .transaction()
        .correlation(request)
        .actor("teller-9")
        .meta("ip", "::1");
    tx = tx.execute("a", single::Begin {}).await.expect("begun");
    tx = tx.execute("b", copied::Begin {}).await.expect("begun");
    tx = tx
        .execute("a", single::Add { by: 5 })
        .await
        .expect("it sees the event before it");
    tx = tx.execute("a", single::Need { least: 5 }).await.expect("it sees both");
    tx = tx.execute("c", single::Begin {}).await.expect("begun");
    let texts = Vec::new();
    tx = tx
        .execute("c", single::Note { texts })
        .await
        .expect("nothing is decided");
    assert_eq!(store.read().1, 0, "nothing is written yet");
    let receipt = tx.commit().await.expect("written");
    let parts: Vec<_> = receipt
        .parts
        .iter()
        .map(|part| (part.stream.to_string(), part.last.get()))
        .collect();
    assert_eq!(
        parts,
        [("single/a".into(), 3), ("copied/b".into(), 1), ("single/c".into(), 1)]
    );
    assert_eq!(
        receipt.positions.map(|(first, last)| (first.get(), last.get())),
        Some((1, 5))
    );
    assert_eq!(sum(&runtime, "a").await, (6, 3));
    let mut history = runtime.history::<single::Tally>("a");
    let mut index = 0;
    while let Some(event) = history.next().await {
        let event = event.expect("readable");
        assert_eq!(event.meta().event_id, receipt.append.event(index));
        let headers = &event.meta().headers;
        assert_eq!(
            (headers.correlation, headers.actor.as_deref()),
            (Some(request), Some("teller-9"))
        );
        assert_eq!(
            headers.command.as_ref().map(|command| &*command.name),
            Some("begin+add+need+note")
        );
        assert_eq!(headers.user["ip"], "::1");
        index += 1;
    }
    // What it has folded is kept for the next command.
    store.read();
    runtime.execute("a", single::Add { by: 1 }).await.expect("added");
    runtime.execute("b", copied::Add { by: 1 }).await.expect("added");
    assert_eq!(store.read(), (0, 0));
    let fresh = tally::on(store.clone()).await;
    assert_eq!(sum(&runtime, "a").await, sum(&fresh, "a").await);
    let (kept, fresh) = (
        runtime.load::<single::Tally>("c").await,
        fresh.load::<single::Tally>("c").await,
    );
    let (kept, fresh) = (
        kept.expect("readable").expect("there"),
        fresh.expect("readable").expect("there"),
    );
    assert_eq!(Loaded::position(&kept), Loaded::position(&fresh));
}

/// A step that fails ends it, with the domain's own error; nothing of the steps before it is written.
#[tokio::test]
async fn a_failed_step_ends_it() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    runtime.execute("a", single::Add { by: 1 }).await.expect("added");
    let begin = || async {
        let tx = runtime.transaction().execute("a", single::Add { by: 100 }).await;
        tx.expect("added")
    };
    let answer = begin().await.execute("a", single::Need { least: 1_000 }).await;
    assert!(matches!(answer, Err(ExecuteError::Rejected(Refused))));
    let answer = begin().await.execute("b", single::Add { by: 1 }).await;
    assert!(matches!(answer, Err(ExecuteError::NotFound { .. })));
    let answer = begin().await.execute("a", single::Begin {}).await;
    assert!(matches!(answer, Err(ExecuteError::AlreadyExists { .. })));
    let answer = begin().await.execute("a", single::Tear {}).await;
    assert!(matches!(answer, Err(ExecuteError::Panicked(_))));
    let answer = begin().await.execute("a", single::BeginAgain {}).await;
    assert!(matches!(answer, Err(ExecuteError::BadDecision(_))));
    drop(begin().await);
    let answer = runtime
        .transaction()
        .meta("$x", "y")
        .execute("a", single::Add { by: 1 })
        .await;
    assert!(matches!(
        answer,
        Err(ExecuteError::Refused(Refusal::ReservedKey { .. }))
    ));
    assert_eq!(sum(&runtime, "a").await, (1, 2));
    let receipt = runtime.transaction().commit().await.expect("there is nothing to write");
    assert_eq!((receipt.position(), receipt.parts.len()), (None, 0));
}

/// A conflict on any of its streams is answered and not tried again; nothing is written anywhere.
#[tokio::test]
async fn a_conflict_is_answered() {
    let runtime = tally::on(MemoryStore::new()).await;
    for id in ["a", "b"] {
        runtime.execute(id, single::Begin {}).await.expect("begun");
    }
    for moved in ["a", "b"] {
        let mut tx = runtime.transaction();
        for id in ["a", "b"] {
            tx = tx.execute(id, single::Add { by: 5 }).await.expect("added");
        }
        let version = runtime
            .execute(moved, single::Add { by: 1 })
            .await
            .expect("nobody holds a lock")
            .version;
        let answer = tx.commit().await;
        assert!(
            matches!(
                &answer,
                Err(ExecuteError::Conflict { stream, actual, attempts: 1, .. }) if stream.id() == moved && *actual == version
            ),
            "{answer:?}"
        );
    }
    assert_eq!((sum(&runtime, "a").await, sum(&runtime, "b").await), ((1, 2), (1, 2)));
}

/// Rule 12.3: a store that cannot span streams is told so, and takes what is for one.
#[tokio::test]
async fn a_store_of_single_streams() {
    let runtime = tally::on(Watched::declaring(|capabilities| capabilities.many_streams = false)).await;
    let mut tx = runtime.transaction();
    tx = tx.execute("a", single::Begin {}).await.expect("begun");
    tx = tx.execute("a", single::Add { by: 1 }).await.expect("added");
    tx.commit().await.expect("one stream");
    let mut tx = runtime.transaction();
    tx = tx.execute("a", single::Add { by: 1 }).await.expect("added");
    tx = tx.execute("b", single::Begin {}).await.expect("begun");
    let answer = tx.commit().await;
    assert!(matches!(
        answer,
        Err(ExecuteError::Refused(Refusal::Unsupported {
            what: "one append over several streams"
        }))
    ));
    assert_eq!(sum(&runtime, "a").await, (1, 2));
}

/// Rules 2.1, 2.3, 2.4: a key is of the whole, and of the stream of its first command; a repeat decides nothing.
#[tokio::test]
async fn a_keyed_transaction_is_written_once() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    for id in ["a", "b"] {
        runtime.execute(id, single::Begin {}).await.expect("begun");
    }
    let transfer = async |by, key: &'static str| {
        let mut tx = runtime.transaction().idempotency_key(key);
        tx = tx.execute("a", single::Add { by }).await?;
        tx = tx.execute("b", single::Add { by }).await?;
        tx.commit().await
    };
    store.lose_answers(1);
    let answer = transfer(5, "k").await;
    let Err(ExecuteError::Unknown { unknown, .. }) = answer else {
        panic!("{answer:?}")
    };
    let receipt = transfer(5, "k").await.expect("it was written");
    assert_eq!(
        (receipt.append, receipt.duplicate, receipt.parts.len()),
        (unknown.append, true, 2)
    );
    // A repeat decides nothing, even where a command would now be refused.
    let mut tx = runtime.transaction().idempotency_key("once");
    tx = tx.execute("c", single::Begin {}).await.expect("begun");
    let first = tx.commit().await.expect("written");
    let mut tx = runtime.transaction().idempotency_key("once");
    tx = tx.execute("c", single::Begin {}).await.expect("not `AlreadyExists`");
    assert_eq!(tx.commit().await.expect("the first receipt").append, first.append);
    // Other content: another field, another number of steps, a command in the place of a transaction.
    assert!(matches!(
        transfer(6, "k").await,
        Err(ExecuteError::Refused(Refusal::KeyReused { parts, .. })) if parts.len() == 2
    ));
    let mut tx = runtime.transaction().idempotency_key("k");
    tx = tx.execute("a", single::Add { by: 5 }).await.expect("not yet known");
    assert!(matches!(
        tx.commit().await,
        Err(ExecuteError::Refused(Refusal::KeyReused { .. }))
    ));
    let answer = runtime.execute("a", single::Add { by: 5 }).idempotency_key("k").await;
    assert!(matches!(answer, Err(ExecuteError::Refused(Refusal::KeyReused { .. }))));
    assert_eq!((sum(&runtime, "a").await, sum(&runtime, "b").await), ((5, 2), (5, 2)));
}

/// What a key cannot promise is refused, and nothing is written.
#[tokio::test]
async fn keys_that_would_not_hold() {
    let runtime = tally::on(MemoryStore::new()).await;
    for id in ["a", "b"] {
        runtime.execute(id, single::Begin {}).await.expect("begun");
    }
    let mut tx = runtime.transaction().idempotency_key("k");
    tx = tx
        .execute("a", single::Note { texts: Vec::new() })
        .await
        .expect("nothing");
    tx = tx.execute("b", single::Add { by: 1 }).await.expect("added");
    assert!(matches!(
        tx.commit().await,
        Err(ExecuteError::Refused(Refusal::Unsupported { .. }))
    ));
    let tx = runtime
        .transaction()
        .execute("a", single::Add { by: 1 })
        .await
        .expect("added");
    let tx = tx.idempotency_key("k");
    assert!(matches!(
        tx.commit().await,
        Err(ExecuteError::Refused(Refusal::Unsupported { .. }))
    ));
    assert_eq!((sum(&runtime, "a").await, sum(&runtime, "b").await), ((0, 1), (0, 1)));
}

/// Rules 1.3, 4.8: transfers in all directions beside single commands, some dropped: nothing waits for ever, and nothing is lost or made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_in_all_directions() {
    let seed = seed();
    let runtime = tally::on(MemoryStore::new()).await;
    for id in 0..3 {
        runtime.execute(id.to_string(), single::Begin {}).await.expect("begun");
    }
    let mut tasks = JoinSet::new();
    for task in 0..8_u64 {
        let (runtime, mut dice) = (runtime.clone(), Dice(seed ^ (task << 9)));
        tasks.spawn(async move {
            let mut written = 0;
            for _ in 0..100 {
                let (from, to, by) = (dice.roll(3).to_string(), dice.roll(3).to_string(), dice.roll(9) + 1);
                if dice.roll(3) == 0 {
                    runtime
                        .execute(from, single::Add { by })
                        .retries(1_000)
                        .await
                        .expect("added");
                    written += by;
                    continue;
                }
                let both = async {
                    let mut tx = runtime.transaction();
                    tx = tx.execute(from, single::Add { by }).await.expect("added");
                    tx = tx.execute(to, single::Add { by }).await.expect("added");
                    match tx.commit().await {
                        Ok(_) => true,
                        Err(ExecuteError::Conflict { attempts: 1, .. }) => false,
                        Err(other) => panic!("{other:?}"),
                    }
                };
                if dice.roll(5) == 0 {
                    // A memory store writes in the poll that answers, and the commit is at the end.
                    let mut is_written = false;
                    let polls = u32::try_from(dice.roll(3)).expect("few");
                    drop_after(async { is_written = both.await }, polls).await;
                    written += if is_written { 2 * by } else { 0 };
                } else if both.await {
                    written += 2 * by;
                }
            }
            written
        });
    }
    let mut expected = 0;
    while let Some(written) = tasks.join_next().await {
        expected += written.expect("no panic");
    }
    let mut total = 0;
    for id in 0..3 {
        total += sum(&runtime, &id.to_string()).await.0;
    }
    assert_eq!(total, expected, "RECOUNT_SEED={seed}");
    assert_eq!(runtime.status().await.expect("a status").commands, 0);
}

/// The receipt of nothing names no append that anybody could look for.
#[tokio::test]
async fn two_transactions_have_two_appends() {
    let runtime = tally::on(MemoryStore::new()).await;
    let mut appends: Vec<AppendId> = Vec::new();
    for id in ["a", "b"] {
        let tx = runtime
            .transaction()
            .execute(id, single::Begin {})
            .await
            .expect("begun");
        appends.push(tx.commit().await.expect("written").append);
    }
    assert_ne!(appends[0], appends[1]);
}

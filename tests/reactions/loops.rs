//! Loops of reactions: found before anything runs, and bounded where they are wanted.

use recount::{AnyStore, Command, MemoryStore, Meta, OrPark, Policy, StartError};

use crate::bank::{Account, Deposit, Deposited, account, balance, bank};

/// Answers each deposit with one more, for ever.
#[derive(Policy, Default)]
#[policy(name = "echo", reads(Account), start = beginning)]
pub struct Echo;

#[recount::handlers]
impl Echo {
    #[on]
    fn deposited(&self, _: &Deposited, meta: &Meta) -> OrPark<Deposit> {
        Deposit { amount: 1 }.to(meta.id()).or_park()
    }
}

/// Answers each deposit with one more, as often as is declared.
#[derive(Policy, Default)]
#[policy(name = "bounded", reads(Account), start = beginning, hops = 8)]
pub struct Bounded;

#[recount::handlers]
impl Bounded {
    #[on]
    fn deposited(&self, _: &Deposited, meta: &Meta) -> OrPark<Deposit> {
        Deposit { amount: 1 }.to(meta.id()).or_park()
    }
}

/// Rule 9.6: a loop is refused when the runtime is composed, with its steps.
#[tokio::test]
async fn a_loop_is_refused() {
    let store = AnyStore::new(MemoryStore::new());
    let Err(error) = bank(store.clone()).policy::<Echo>().start().await else {
        panic!("a loop runs");
    };
    assert!(matches!(error, StartError::Loop { .. }));
    assert_eq!(
        error.to_string(),
        "a loop without a bound: account.deposited: `echo` sends account.deposit -> account.deposited; declare `hops = ..` on a policy or \
         process of it"
    );
}

/// Rule 9.6: a loop with a bound runs, and what lies beyond the bound is parked with its chain.
#[tokio::test]
async fn a_bounded_loop_stops_at_its_bound() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = bank(store.clone())
        .policy::<Bounded>()
        .start()
        .await
        .expect("the loop has a bound");
    account(&runtime, "ada", 100).await;
    runtime.settle().await.expect("no policy stands still");
    assert_eq!(balance(&runtime, "ada").await, 100 + 8);
    let status = runtime.status().await.expect("a status");
    assert_eq!(status.consumers[0].parked, ["account/ada"]);
    runtime.shutdown().await;
}

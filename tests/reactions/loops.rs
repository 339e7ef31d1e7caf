//! Loops of reactions: found before anything runs, and bounded where they are wanted.

use recount::{AnyStore, Command, Consumer, MemoryStore, Meta, OrPark, Policy, React, Source, Start, StartError};

use crate::bank::{Account, Deposit, Deposited, account, balance, bank};

macro_rules! echo {
    ($name:ident, $text:literal, $hops:expr) => {
        /// Answers each deposit with one more.
        #[derive(Default)]
        pub struct $name;

        impl Consumer for $name {
            const NAME: &'static str = $text;
            const READS: &'static [Source] = &[Source::of::<Account>()];
            const HOPS: Option<u32> = $hops;
        }
        impl Policy for $name {
            const START: Start = Start::Beginning;
        }
        impl React<Deposited> for $name {
            type Effects = OrPark<Deposit>;

            fn react(&self, _: &Deposited, meta: &Meta) -> Self::Effects {
                Deposit { amount: 1 }.to(meta.id()).or_park()
            }
        }
        crate::reactions!($name: events(Deposited) own());
    };
}

echo!(Echo, "echo", None);
echo!(Bounded, "bounded", Some(8));

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

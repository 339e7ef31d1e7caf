//! Policies: where they begin, what they send, what becomes of each outcome, and how parked events come back.

use recount::{
    AnyStore, Command, Consumer, ConsumerState, Failed, Failure, MemoryStore, Meta, OrPark, Policy, React, Runtime,
    Source, Start, To,
};

use crate::bank::{Account, Deposit, Opened, TooLittle, account, balance, bank};

/// Gives each new account of a good name a present.
#[derive(Default)]
pub struct Welcome;

impl Consumer for Welcome {
    const NAME: &'static str = "welcome";
    const READS: &'static [Source] = &[Source::of::<Account>()];
}
impl Policy for Welcome {
    const START: Start = Start::Beginning;
}
impl React<Opened> for Welcome {
    type Effects = Option<To<Deposit>>;

    fn react(&self, event: &Opened, meta: &Meta) -> Self::Effects {
        let amount = match event.owner.as_str() {
            "rejected" => 13,
            "panics" => 14,
            "nobody" => return None,
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
}
/// What could not be given goes to the bank.
impl React<Failed<Deposit>> for Welcome {
    type Effects = OrPark<Deposit>;

    fn react(&self, failed: &Failed<Deposit>, _: &Meta) -> Self::Effects {
        let amount = match &failed.why {
            Failure::Rejected(TooLittle(_)) => 100,
            Failure::NotFound => 200,
            _ => 300,
        };
        Deposit { amount }.to("bank").or_park()
    }
}
crate::reactions!(Welcome: events(Opened) own(Failed<Deposit>));

async fn start(store: &AnyStore) -> Runtime {
    bank(store).policy::<Welcome>().start().await.expect("a start")
}

/// Rules 9.3, 9.5: each outcome of a command; a rejection comes back as it is, and its answer is sent under a name of its own.
#[tokio::test]
async fn each_outcome() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = start(&store).await;
    account(&runtime, "nobody", 0).await;
    runtime.settle().await.expect("no policy stands still");
    runtime
        .execute("bank", crate::bank::Open { owner: "nobody".into() })
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

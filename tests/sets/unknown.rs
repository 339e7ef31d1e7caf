//! A set that keeps what its build does not know.

use recount::{
    Aggregate, BadDecision, CorruptReason, DecodeError, EncodeError, Event, EventSet, ExecuteError, FoldError,
    LoadError, MemoryStore, Runtime, UnknownEvent,
};
use serde::{Deserialize, Serialize};

use crate::planted::{newer, plant, raw};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "lamp.installed")]
pub struct Installed {
    pub on: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "lamp.switched")]
pub struct Switched {
    pub on: bool,
}

#[derive(Clone, Debug, PartialEq, Event)]
#[event(dropped("lamp.dusted"))]
pub enum LampEvent {
    Installed(Installed),
    Switched(Switched),
    #[event(unknown)]
    Other(UnknownEvent),
}

#[derive(Aggregate, Debug)]
#[aggregate(name = "lamp", id = String, events = LampEvent)]
pub struct Lamp {
    pub on: bool,
    pub unknown: Vec<UnknownEvent>,
}

/// Something unknown has happened to the lamp, so nobody decides anything about it.
#[derive(Debug, PartialEq)]
pub struct NotWhole;

#[recount::handlers]
impl Lamp {
    #[command]
    pub fn install() -> Installed {
        Installed { on: false }
    }

    #[command]
    pub fn switch(&self, on: bool) -> Result<Switched, NotWhole> {
        if self.unknown.is_empty() {
            Ok(Switched { on })
        } else {
            Err(NotWhole)
        }
    }

    /// Decides again what it does not know.
    #[command]
    pub fn repeat(&self) -> Vec<LampEvent> {
        self.unknown.iter().cloned().map(LampEvent::Other).collect()
    }

    #[apply]
    fn installed(event: &Installed) -> Self {
        let (on, unknown) = (event.on, Vec::new());
        Self { on, unknown }
    }

    #[apply]
    fn switched(&mut self, event: &Switched) {
        self.on = event.on;
    }

    #[apply]
    fn other(&mut self, event: &UnknownEvent) {
        self.unknown.push(event.clone());
    }
}

async fn on(store: &MemoryStore) -> Runtime {
    Runtime::builder()
        .store(store.clone())
        .aggregate::<Lamp>()
        .start()
        .await
        .expect("a runtime on a store that answers")
}

/// Another name, and a known name that is too new: both are kept as they lie in the store, and the aggregate sees them.
#[tokio::test]
async fn what_is_unknown_is_kept() {
    let store = MemoryStore::new();
    let runtime = on(&store).await;
    runtime.execute("l", Install {}).await.expect("created");
    let planted = vec![
        newer("lamp.dimmed", 4, 3, "no JSON"),
        newer("lamp.switched", 2, 2, r#"{"to":0.5}"#),
        newer("lamp.switched", 2, 1, r#"{"on":true,"to":1.0}"#),
        raw("lamp.dusted", ""),
    ];
    plant(&store, "lamp/l", planted).await;
    let lamp = runtime.load::<Lamp>("l").await.expect("readable").expect("there");
    assert!(lamp.on, "a newer version with a low floor is read as the current one");
    let kept: Vec<_> = lamp
        .unknown
        .iter()
        .map(|other| (other.name(), other.version(), other.floor(), other.payload()))
        .collect();
    assert_eq!(
        kept,
        [
            ("lamp.dimmed", 4, 3, "no JSON".as_bytes()),
            ("lamp.switched", 2, 2, br#"{"to":0.5}"#.as_slice()),
        ]
    );
    assert_eq!(
        format!("{:?}", lamp.unknown[0]),
        r#"UnknownEvent { name: "lamp.dimmed", version: 4, floor: 3, payload: "no JSON" }"#
    );
    let mut history = runtime.history::<Lamp>("l");
    let mut shown = Vec::new();
    while let Some(event) = history.next().await {
        let event = event.expect("readable");
        shown.push((
            event.version().get(),
            event.stored_name().to_owned(),
            matches!(*event, LampEvent::Other(_)),
        ));
    }
    let row = |version, name: &str, unknown| (version, name.to_owned(), unknown);
    assert_eq!(
        shown,
        [
            row(1, "lamp.installed", false),
            row(2, "lamp.dimmed", true),
            row(3, "lamp.switched", true),
            row(4, "lamp.switched", false),
        ]
    );
    let rejected = runtime.execute("l", Switch { on: false }).await;
    assert!(matches!(rejected, Err(ExecuteError::Rejected(NotWhole))));
}

/// It goes back to no store, by no way.
#[tokio::test]
async fn what_is_unknown_is_not_written() {
    let store = MemoryStore::new();
    let runtime = on(&store).await;
    runtime.execute("l", Install {}).await.expect("created");
    plant(&store, "lamp/l", vec![raw("lamp.dimmed", "{}")]).await;
    match runtime.execute("l", Repeat {}).await {
        Err(ExecuteError::BadDecision(BadDecision::Encode(EncodeError::Frozen { name }))) => {
            assert_eq!(name, "lamp.dimmed");
        }
        other => panic!("{other:?}"),
    }
}

/// Only what is unknown is kept so: known bytes that cannot be read are an error.
#[tokio::test]
async fn what_is_known_and_wrong_is_an_error() {
    let store = MemoryStore::new();
    let runtime = on(&store).await;
    runtime.execute("l", Install {}).await.expect("created");
    plant(&store, "lamp/l", vec![raw("lamp.switched", r#"{"on":1}"#)]).await;
    match runtime.load::<Lamp>("l").await {
        Err(LoadError::Unreadable(unreadable)) => {
            assert!(matches!(
                unreadable.source,
                DecodeError::Payload {
                    name: "lamp.switched",
                    ..
                }
            ));
        }
        other => panic!("{other:?}"),
    }
}

/// It does not create a state: nobody knows what state that would be.
#[tokio::test]
async fn an_unknown_event_alone_is_no_state() {
    let store = MemoryStore::new();
    plant(&store, "lamp/l", vec![raw("lamp.dimmed", "{}")]).await;
    match on(&store).await.load::<Lamp>("l").await {
        Err(LoadError::Corrupt(corrupt)) => {
            assert_eq!(corrupt.name, "lamp.dimmed");
            assert_eq!(corrupt.reason, CorruptReason::Fold(FoldError::NotCreated("unknown")));
        }
        other => panic!("{other:?}"),
    }
}

/// It has no name of its own: a filter by name does not widen to it.
#[test]
fn names_do_not_hold_the_unknown() {
    let names: Vec<_> = LampEvent::NAMES.iter().map(|known| known.name).collect();
    assert_eq!(names, ["lamp.installed", "lamp.switched", "lamp.dusted"]);
}

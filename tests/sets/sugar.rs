//! The same attributes on the enum of `#[recount::events]`, where a retired variant is written inline.

use recount::testing::stored;
use recount::{EncodeError, Event, EventSet, Split, UnknownEvent};
use serde::Deserialize;

#[derive(Deserialize, Event)]
#[event(name = "door.slammed", frozen)]
pub struct Slammed {
    times: u32,
}

#[recount::events(prefix = "door")]
#[derive(Clone, Debug, PartialEq)]
#[event(alias("door.unlocked" => Opened), dropped("door.creaked"))]
#[event(split(Slammed))]
pub enum DoorEvent {
    Opened,
    #[event(version = 2)]
    Closed {
        #[event(since = 2, default = false)]
        locked: bool,
    },
    #[event(frozen)]
    Painted {
        colour: String,
    },
    #[event(name = "door.oiled_again", frozen)]
    Oiled,
    #[event(unknown)]
    Other(UnknownEvent),
}

impl Split<DoorEvent> for Slammed {
    fn split(self, out: &mut dyn FnMut(DoorEvent)) {
        for _ in 0..self.times {
            out(Closed { locked: false }.into());
        }
    }
}

fn read(name: &str, payload: &str) -> Vec<DoorEvent> {
    stored(name, 1, payload).read().expect("readable")
}

#[test]
fn the_attributes_reach_the_set() {
    let closed = || DoorEvent::from(Closed { locked: false });
    assert_eq!(read("door.unlocked", "{}"), [Opened.into()]);
    assert_eq!(read("door.creaked", "no JSON"), []);
    assert_eq!(read("door.slammed", r#"{"times":2}"#), [closed(), closed()]);
    assert_eq!(read("door.closed", "{}"), [closed()]);
    let colour = "red".to_owned();
    assert_eq!(read("door.painted", r#"{"colour":"red"}"#), [Painted { colour }.into()]);
    assert_eq!(read("door.oiled_again", r#"{"oil":1}"#), [Oiled.into()]);
    assert!(matches!(read("door.stolen", "").as_slice(), [DoorEvent::Other(other)] if other.name() == "door.stolen"));
}

#[test]
fn a_retired_variant_is_only_read() {
    for event in [DoorEvent::from(Oiled), Painted { colour: String::new() }.into()] {
        assert!(matches!(event.encode(), Err(EncodeError::Frozen { .. })));
    }
    assert!(DoorEvent::from(Opened).encode().is_ok());
}

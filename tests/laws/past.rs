//! Histories hold what an older release has left behind. Rules 5.3, 5.4 and 11.4.

use recount::testing::laws::fold_total;
use recount::{Aggregate, Event};
use serde::{Deserialize, Serialize};

use crate::kit::failure;

/// A boat is there.
#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "boat.built", version = 2)]
pub struct Built {
    #[event(since = 2, default = "unknown at that time")]
    yard: String,
}

/// Nothing writes it any more.
#[derive(Debug, PartialEq, Deserialize, Event)]
#[event(name = "boat.painted", frozen)]
pub struct Painted {
    color: String,
}

/// It carries. The example leaves out where: what is left out is filled in, as the schema test does.
#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "boat.loaded", version = 2, step(1 = split), removed(2, text: String), removed(2, pier: String))]
#[event(example(1, r#"{"text":"3 tons"}"#))]
pub struct Loaded {
    #[event(since = 2)]
    tons: String,
}

fn split(old: LoadedV1) -> Loaded {
    let tons = old.text.split(' ').next().unwrap_or_default().to_owned();
    Loaded { tons }
}

/// What can happen to a boat.
#[derive(Debug, PartialEq, Event)]
pub enum BoatEvent {
    /// It is there.
    Built(Built),
    /// It carries.
    Loaded(Loaded),
    /// It has a color.
    #[event(frozen)]
    Painted(Painted),
}

/// A boat that panics at one thing of the past.
macro_rules! boat {
    ($Boat:ident: $bad:literal) => {
        /// A boat.
        #[derive(Aggregate, Debug, PartialEq)]
        #[aggregate(name = "boat", id = u64, events = BoatEvent)]
        pub struct $Boat {}

        #[recount::handlers]
        impl $Boat {
            #[apply]
            fn built(event: &Built) -> Self {
                assert_ne!(event.yard, $bad);
                Self {}
            }

            #[apply]
            fn loaded(&mut self, event: &Loaded) {
                assert_ne!(event.tons, $bad);
            }

            #[apply]
            fn painted(&mut self, event: &Painted) {
                assert_ne!(event.color, $bad);
            }
        }
    };
}

boat!(Old: "unknown at that time");
boat!(Heavy: "3");
boat!(Colored: "color 1");

#[test]
fn old_versions_frozen_events_and_examples_are_in_histories() {
    let lines = |said: String| -> Vec<String> {
        let lines = said.lines().filter_map(|line| line.strip_prefix("  {\"name\":\""));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(
        lines(failure(fold_total::<Old>)),
        [r#"boat.built","version":1,"floor":1,"payload":{}}"#]
    );
    let built = r#"boat.built","version":2,"floor":1,"payload":{"yard":"yard 1"}}"#;
    assert_eq!(
        lines(failure(fold_total::<Heavy>)),
        [
            built,
            r#"boat.loaded","version":1,"floor":1,"payload":{"pier":"pier 1","text":"3 tons"}}"#
        ]
    );
    assert_eq!(
        lines(failure(fold_total::<Colored>)),
        [
            built,
            r#"boat.painted","version":1,"floor":1,"payload":{"color":"color 1"}}"#
        ]
    );
}

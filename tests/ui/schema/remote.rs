//! It is no type of an event: the field has the type of the other crate, and says how that is stored.

use recount::{Event, Schema};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "meter.read")]
pub struct Read {
    #[serde(with = "Place")]
    #[schema(scalar = "place", example = "{\"x\":1}")]
    pub at: elsewhere::Place,
}

#[derive(Serialize, Deserialize, Schema)]
#[serde(remote = "elsewhere::Place")]
struct Place {
    x: i32,
}

mod elsewhere {
    pub struct Place {
        pub x: i32,
    }
}

fn main() {}

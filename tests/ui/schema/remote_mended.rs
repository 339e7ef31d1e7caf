use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "meter.read")]
pub struct Read {
    #[serde(with = "Place")]
    #[schema(scalar = "place", example = "{\"x\":1}")]
    pub at: elsewhere::Place,
}

#[derive(Serialize, Deserialize)]
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

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "entry.written")]
pub struct Written {
    #[schema(opaque)]
    pub entry: serde_json::Value,
}

fn main() {}

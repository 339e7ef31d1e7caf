//! What a function reads from JSON has no shape that a struct could be made from.

use recount::__private::Json;
use recount::{Event, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.weighed", context = "ui", version = 2, raw(..=1 = read))]
pub struct OrderWeighed {
    pub grams: u64,
}

fn read(_: Json, _: &UpcastMeta<'_>) -> Result<OrderWeighed, UpcastError> {
    Ok(OrderWeighed { grams: 0 })
}

fn main() {}

//! Two things cannot both read the versions below those that the event describes.

use recount::__private::Json;
use recount::{Event, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.sent", context = "ui", version = 2, from_lock, raw(..=1 = repair))]
pub struct OrderSent {
    pub id: u64,
}

fn repair(_: Json, _: &UpcastMeta<'_>) -> Result<OrderSent, UpcastError> {
    Ok(OrderSent { id: 0 })
}

fn main() {}

//! The versions from the lock are those below the ones that the event describes.

use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.shipped", context = "ui")]
pub struct OrderShipped {
    pub id: u64,
}

fn main() {}

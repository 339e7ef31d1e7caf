//! How much of each article is free, in memory.

use std::collections::BTreeMap;

use recount::{Meta, Projection};
use serde::{Deserialize, Serialize};

use crate::stock::{Delivered, Listed, Released, Reserved, Stock};

/// What the shop can still sell.
#[derive(Projection, Default, Debug, Serialize, Deserialize)]
#[projection(name = "levels", reads(Stock))]
pub struct Levels {
    free: BTreeMap<String, u32>,
}

#[recount::handlers]
impl Levels {
    #[on]
    fn listed(&mut self, event: &Listed, _: &Meta) {
        self.free.insert(event.sku.clone(), 0);
    }

    #[on]
    fn delivered(&mut self, event: &Delivered, _: &Meta) {
        *self.free.entry(event.sku.clone()).or_default() += event.quantity;
    }

    #[on]
    fn reserved(&mut self, event: &Reserved, _: &Meta) {
        *self.free.entry(event.sku.clone()).or_default() -= event.quantity;
    }

    #[on]
    fn released(&mut self, event: &Released, _: &Meta) {
        *self.free.entry(event.sku.clone()).or_default() += event.quantity;
    }

    /// How much of each article is free.
    #[query]
    pub fn all(&self) -> &BTreeMap<String, u32> {
        &self.free
    }
}

//! All orders and how far they are.

use std::collections::BTreeMap;

use recount::{Meta, Projection, Schema};
use serde::{Deserialize, Serialize};

use crate::order::{Cancelled, Order, Placed, Shipped};

/// One order, as a list shows it.
#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
pub struct Row {
    pub id: String,
    pub customer: String,
    pub total: u64,
    pub state: String,
}

/// All orders.
#[derive(Projection, Default, Debug, Serialize, Deserialize)]
#[projection(name = "orders", reads(Order))]
pub struct Orders {
    rows: BTreeMap<String, Row>,
}

#[recount::handlers]
impl Orders {
    #[on]
    fn placed(&mut self, event: &Placed, meta: &Meta) {
        let id = meta.id().to_owned();
        let row = Row {
            id: id.clone(),
            customer: event.customer.clone(),
            total: event.total,
            state: "open".to_owned(),
        };
        self.rows.insert(id, row);
    }

    #[on]
    fn shipped(&mut self, _: &Shipped, meta: &Meta) {
        self.set(meta.id(), "shipped".to_owned());
    }

    #[on]
    fn cancelled(&mut self, event: &Cancelled, meta: &Meta) {
        self.set(meta.id(), format!("cancelled: {}", event.reason));
    }

    fn set(&mut self, id: &str, state: String) {
        if let Some(row) = self.rows.get_mut(id) {
            row.state = state;
        }
    }

    #[query]
    pub fn all(&self) -> Vec<Row> {
        self.rows.values().cloned().collect()
    }

    #[query]
    pub fn one(&self, id: &str) -> Option<Row> {
        self.rows.get(id).cloned()
    }
}

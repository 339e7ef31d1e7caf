//! Orders.

use recount::Schema;
use recount_tests_money::before::Money;
use serde::{Deserialize, Serialize};

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
pub struct Line {
    /// What is ordered.
    pub sku: String,
    /// What it costs.
    pub price: Money,
}

/// What can happen to an order.
#[recount::events(prefix = "order")]
#[derive(Debug, Clone, PartialEq)]
pub enum OrderEvent {
    /// It was placed.
    #[event(version = 2)]
    Placed {
        /// What was ordered.
        lines: Vec<Line>,
        /// Where it was ordered.
        #[event(since = 2, default = "web")]
        channel: String,
    },
    /// It was called off.
    Cancelled {
        /// Why.
        reason: Option<String>,
    },
}

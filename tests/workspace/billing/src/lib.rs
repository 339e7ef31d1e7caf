//! Invoices. One event has the name of another crate's: the contexts tell them apart.

use recount_tests_money::before::Money;

/// What can happen to an invoice.
#[recount::events(prefix = "invoice")]
#[derive(Debug, Clone, PartialEq)]
pub enum InvoiceEvent {
    /// It was sent.
    Sent {
        /// What is to be paid.
        total: Money,
    },
    /// The order behind it was called off.
    #[event(name = "order.cancelled")]
    Cancelled {
        /// What was paid back.
        refund: Money,
    },
}

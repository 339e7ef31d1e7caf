//! Questions to a view, as data.

use crate::projection::Projection;

/// A question to the view of a projection, as data: for HTTP bodies, queues and files. Written by
/// `#[recount::handlers(queries = BalanceQuery)]`, as an enum of all `#[query]`s of the block.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query",
    label = "expected a query",
    note = "write `#[recount::handlers(queries = ...)]` on the block with the `#[query]` methods"
)]
pub trait Query: Send + 'static {
    /// The view that it is asked of.
    type View: Projection;
    /// What is answered.
    type Answer: Send + 'static;

    /// The answer of one published view. Pure: the same view and query give the same answer.
    fn ask(self, view: &Self::View) -> Self::Answer;
}

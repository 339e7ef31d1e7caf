//! Aggregates and how events become their state: `Aggregate`, `Apply`, `Fold`, and the one function that folds a stored event.

use crate::envelope::RawEvent;
use crate::event::{DecodeError, EventName, EventSet, Outcome};
use crate::stream::StreamKey;

/// A thing with an identity whose state follows from its events: an account, an order, a loan.
///
/// Written by `#[derive(Aggregate)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    note = "derive it: `#[derive(Aggregate)] #[aggregate(name = \"...\", id = ..., events = ...)]`"
)]
pub trait Aggregate: Sized + Send + Sync + 'static {
    /// What names one of them.
    type Id: StreamKey;
    /// What can happen to one of them.
    type Events: EventSet + Fold<Self>;
    /// The category of their streams: a declared text, never a Rust path.
    const NAME: &'static str;
    /// How a state is copied; `None` where it cannot be. The derive finds `Clone` by itself. A runtime copies a state only where somebody
    /// looks at the one that it would change; without a copy it reads the stream again.
    const COPY: Option<fn(&Self) -> Self> = None;
}

/// How one event changes the state. Written by `#[apply]`.
///
/// Events are facts: this validates nothing, and its only error is an event that cannot stand where it stands.
pub trait Apply<E>: Sized {
    /// Folds one event into the state; `None` is the state before the first event.
    ///
    /// # Errors
    /// [`FoldError`] if the event creates what exists or changes what does not; the state is then not to be used any more.
    fn apply(state: &mut Option<Self>, event: &E) -> Result<(), FoldError>;
}

/// A set of events that `A` applies all of. Written by `#[derive(Event)]` on an enum, for every such `A`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events",
    label = "expected an enum of events",
    note = "write `#[recount::events(prefix = \"...\")]` on the enum, or `#[derive(Event)]` where its variants hold event structs"
)]
pub trait Fold<A>: EventSet {
    /// Folds one event of the set into the state.
    ///
    /// # Errors
    /// [`FoldError`], as [`Apply::apply`].
    fn fold(&self, state: &mut Option<A>) -> Result<(), FoldError>;
}

/// An event does not fit the events before it. State is never guessed, so the stream is corrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FoldError {
    /// The event changes a state, and nothing has created one.
    #[error("`{0}` changes a state that no event before it has created")]
    NotCreated(EventName),
    /// The event creates a state, and there is one.
    #[error("`{0}` creates a state that an event before it has created")]
    AlreadyCreated(EventName),
}

/// Why a stored event could not be folded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoldStoredError {
    /// It could not be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It does not fit.
    #[error(transparent)]
    Fold(#[from] FoldError),
}

/// Decodes a stored event and folds what it becomes: the one way from stored bytes to state, for every reader.
///
/// # Errors
/// [`FoldStoredError`]; the state is then not to be used any more.
pub(crate) fn fold_stored<A: Aggregate>(state: &mut Option<A>, raw: &RawEvent<'_>) -> Result<Outcome, FoldStoredError> {
    let mut folded = Ok(());
    let outcome = A::Events::decode_into(raw, &mut |event| {
        if folded.is_ok() {
            folded = event.fold(state);
        }
    })?;
    folded?;
    Ok(outcome)
}

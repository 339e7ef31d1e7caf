//! The three forms of `#[apply]` and the receiver of `#[command]`, each as one function that generated code calls.

use crate::aggregate::FoldError;
use crate::event::EventName;

/// No receiver: the event creates the state.
///
/// # Errors
/// [`FoldError::AlreadyCreated`].
#[inline]
pub fn create<A>(state: &mut Option<A>, name: EventName, new: impl FnOnce() -> A) -> Result<(), FoldError> {
    if state.is_some() {
        return Err(FoldError::AlreadyCreated(name));
    }
    *state = Some(new());
    Ok(())
}

/// `&mut self`: the event changes the state.
///
/// # Errors
/// [`FoldError::NotCreated`].
#[inline]
pub fn change<A>(state: &mut Option<A>, name: EventName, change: impl FnOnce(&mut A)) -> Result<(), FoldError> {
    state.as_mut().map(change).ok_or(FoldError::NotCreated(name))
}

/// `self`: the event turns one state into the next.
///
/// # Errors
/// [`FoldError::NotCreated`].
#[inline]
pub fn turn<A>(state: &mut Option<A>, name: EventName, turn: impl FnOnce(A) -> A) -> Result<(), FoldError> {
    *state = Some(turn(state.take().ok_or(FoldError::NotCreated(name))?));
    Ok(())
}

/// The state of a command that requires one.
///
/// # Panics
/// If there is none; who calls a handler has looked at `Handle::requires` first.
pub fn present<A>(state: Option<&A>) -> &A {
    state.expect("a command that requires the stream is decided on its state")
}

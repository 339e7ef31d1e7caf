//! The outcome of an enum of commands: events of one kind and a rejection made of many.

use std::error::Error;
use std::fmt;

use super::twins::RejectsWith;
use crate::command::IntoEvents;

/// What one command of the enum gives, with its rejection as the enum's.
///
/// # Errors
/// The command's rejection, as `reject` names it.
pub fn collect<S, O: IntoEvents<S>, R>(outcome: O, reject: impl FnOnce(O::Rejection) -> R) -> Result<Vec<S>, R> {
    let mut events = Vec::new();
    outcome.into_events(&mut events).map_err(reject)?;
    Ok(events)
}

/// The same where all commands of the enum reject with one type.
///
/// # Errors
/// The command's rejection.
pub fn collect_as<S, O, R, Case>(outcome: O) -> Result<Vec<S>, R>
where
    O: IntoEvents<S>,
    O::Rejection: RejectsWith<R, Case>,
{
    collect(outcome, RejectsWith::reject)
}

/// The rejection of the `N`th command of an enum.
///
/// A condition on a type without parameters is an error where it is false, unless it speaks of every `'a`. So
/// `for<'a> Nth<'a, 0, E>: Debug` holds where `E` is `Debug`, and elsewhere the impl under it is just not there. The number keeps two
/// conditions on one `E` apart.
pub struct Nth<'a, const N: usize, E>(pub &'a E);

impl<const N: usize, E: fmt::Debug> fmt::Debug for Nth<'_, N, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const N: usize, E: fmt::Display> fmt::Display for Nth<'_, N, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const N: usize, E: PartialEq> PartialEq for Nth<'_, N, E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<const N: usize, E: Error> Error for Nth<'_, N, E> {}

/// `Error::source` of the rejection in an [`Nth`], which lives longer than the `Nth`.
pub trait Source<'a>: Error {
    /// What caused the rejection.
    fn source(self) -> Option<&'a (dyn Error + 'static)>;
}

impl<'a, const N: usize, E: Error> Source<'a> for Nth<'a, N, E> {
    fn source(self) -> Option<&'a (dyn Error + 'static)> {
        self.0.source()
    }
}

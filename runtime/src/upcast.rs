//! One step between two versions of an event: written by `#[derive(Event)]` where the history says it all, and by hand elsewhere.

use std::error::Error;

use crate::envelope::UpcastMeta;

/// An old version of an event becomes the next one, whatever it holds.
///
/// Pure and total: the same old event is the same new one wherever and whenever it is read. `#[derive(Event)]` writes it for what is
/// declared with `since`, `renamed`, `retyped`, `removed` and `step(n = f)`.
///
/// ```
/// # use recount::{Event, Upcast};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Deserialize, Event)]
/// #[event(name = "account.withdrawn", version = 1, frozen)]
/// pub struct WithdrawnV1 { amount: i64, memo: Option<String> }
///
/// #[derive(Serialize, Deserialize, Event)]
/// #[event(name = "account.withdrawn", version = 2, from = WithdrawnV1)]
/// pub struct Withdrawn { pub amount: i64, pub note: Option<String> }
///
/// impl Upcast<WithdrawnV1> for WithdrawnV2 {
///     fn upcast(old: WithdrawnV1) -> Self { Self { amount: old.amount, note: old.memo } }
/// }
/// ```
pub trait Upcast<Prev>: Sized {
    /// The event as this version has it.
    fn upcast(old: Prev) -> Self;
}

/// An old version of an event becomes the next one, unless its values cannot; or it needs what the store knows beside the payload.
///
/// Every [`Upcast`] is one that never fails.
pub trait TryUpcast<Prev>: Sized {
    /// The event as this version has it.
    ///
    /// # Errors
    /// What is wrong with the values of the old event: its readers get [`DecodeError::Upcast`](crate::DecodeError::Upcast).
    fn try_upcast(old: Prev, meta: &UpcastMeta<'_>) -> Result<Self, UpcastError>;
}

#[diagnostic::do_not_recommend]
impl<Prev, Next: Upcast<Prev>> TryUpcast<Prev> for Next {
    #[inline]
    fn try_upcast(old: Prev, _: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        Ok(Next::upcast(old))
    }
}

/// A new version of an event is written as the one before it, while nodes of the last release still read: `write = n`.
///
/// `#[derive(Event)]` writes it for what it has an [`Upcast`] for, but not across a `step`. What the older version cannot hold is refused
/// when it is written.
pub trait Downcast<New>: Sized {
    /// The event as this older version has it.
    fn downcast(new: New) -> Self;
}

/// Why an old event cannot become the next version: any error, or a text.
///
/// ```
/// # use recount::UpcastError;
/// let amount: Result<u64, UpcastError> = "12,5".parse().map_err(UpcastError::new);
/// assert_eq!(amount.unwrap_err().to_string(), "invalid digit found in string");
/// assert_eq!(UpcastError::new("no amount").to_string(), "no amount");
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct UpcastError(Box<dyn Error + Send + Sync>);

impl UpcastError {
    /// An error or a text.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }

    /// What [`new`](Self::new) was given.
    #[must_use]
    pub fn into_inner(self) -> Box<dyn Error + Send + Sync> {
        self.0
    }
}

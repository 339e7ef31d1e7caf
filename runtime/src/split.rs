//! `Split`: one stored event that is read as several.

use crate::event::EventVersion;

/// How an old event becomes several of the set `E`, or none. Written by the user, for each type in `#[event(split(..))]`.
///
/// ```
/// # use recount::{Event, Split};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize, Event)]
/// #[event(name = "account.details_changed")]
/// pub struct DetailsChanged { name: Option<String>, email: Option<String> }
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
/// #[event(name = "account.name_changed")]
/// pub struct NameChanged { name: String }
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
/// #[event(name = "account.email_changed")]
/// pub struct EmailChanged { email: String }
///
/// #[derive(Debug, PartialEq, Event)]
/// #[event(split(DetailsChanged))]
/// pub enum AccountEvent {
///     NameChanged(NameChanged),
///     EmailChanged(EmailChanged),
/// }
///
/// impl Split<AccountEvent> for DetailsChanged {
///     fn split(self, out: &mut dyn FnMut(AccountEvent)) {
///         if let Some(name) = self.name { out(NameChanged { name }.into()) }
///         if let Some(email) = self.email { out(EmailChanged { email }.into()) }
///     }
/// }
/// ```
///
/// The parts share version, position and time of the stored event, and are told apart by [`Recorded::part`](crate::Recorded::part). The
/// stored event counts once, also where it becomes nothing.
#[diagnostic::on_unimplemented(
    message = "nothing says how `{Self}` is split into events of `{E}`",
    label = "this is read as several events, but nobody says which",
    note = "write `impl Split<{E}> for {Self}`"
)]
pub trait Split<E>: EventVersion {
    /// Gives each event that this one becomes to `out`, in order. Pure: the same stored event is always the same events.
    fn split(self, out: &mut dyn FnMut(E));
}

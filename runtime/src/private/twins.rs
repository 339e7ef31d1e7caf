//! The words of traits that users implement: each has a twin here that says what to write where an impl is missing.

use std::convert::Infallible;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::{Aggregate, Apply, Snapshots};
use crate::envelope::UpcastMeta;
use crate::event::{EventName, EventVersion};
use crate::projection::{InMemory, KeptInMemory, Projection, Tx};
use crate::runtime::Process;
use crate::schema::Schema;
use crate::stream::{AsKey, StreamKey};
use crate::unknown::UnknownEvent;
use crate::upcast::{Downcast, TryUpcast, Upcast, UpcastError};

/// The twin of [`Apply`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` never applies the event `{E}`",
    label = "nothing folds `{E}` into `{Self}`",
    note = "add `#[apply] fn name(&mut self, event: &{E})` to a `#[recount::handlers] impl {Self}` block"
)]
pub trait Applies<E>: Apply<E> {}

#[diagnostic::do_not_recommend]
impl<A: Apply<E>, E> Applies<E> for A {}

/// A state of which snapshots can be taken.
#[diagnostic::on_unimplemented(
    message = "no snapshot can be taken of `{Self}`",
    label = "a snapshot of `{Self}` could not be written and read",
    note = "derive what it needs: `#[derive(serde::Serialize, serde::Deserialize, recount::Schema)]`"
)]
pub trait Snapshotted: Aggregate {
    /// How a snapshot of it is written and read.
    const SNAPSHOTS: Snapshots<Self>;
}

#[diagnostic::do_not_recommend]
impl<A: Aggregate + Serialize + DeserializeOwned + Schema> Snapshotted for A {
    const SNAPSHOTS: Snapshots<Self> = Snapshots::new();
}

/// What can be applied: every event, and what a set holds in place of one that its build does not know.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "expected an event",
    note = "derive it: `#[derive(Event)] #[event(name = \"...\")]`"
)]
pub trait Applied {
    /// As an error says it.
    const NAME: EventName;
}

#[diagnostic::do_not_recommend]
impl<E: EventVersion> Applied for E {
    const NAME: EventName = E::NAME;
}

impl Applied for UnknownEvent {
    const NAME: EventName = "unknown";
}

/// What a command may return. Nothing implements it: it stands only as a condition on the events of a set that are read and never written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be emitted",
    label = "no command can decide `{Self}`: it is read and folded, and never written",
    note = "its variant is marked `#[event(frozen)]` or `#[event(unknown)]`"
)]
pub trait Emitted<'a> {}

/// A rejection that the enum of commands can hand on as `R`: `R` itself, or the one of a command that rejects nothing.
///
/// `Case` is inferred, and keeps the two impls apart.
#[diagnostic::on_unimplemented(
    message = "the commands of this block reject with `{R}`, but this one with `{Self}`",
    label = "rejects with `{Self}`",
    note = "return `Result<_, {R}>`, or leave `rejection = ...` out: then each command keeps its own"
)]
pub trait RejectsWith<R, Case> {
    /// The rejection as `R`.
    fn reject(self) -> R;
}

/// The rejection is the block's.
#[derive(Debug)]
pub struct Same;
/// There is no rejection.
#[derive(Debug)]
pub struct Never;

impl<R> RejectsWith<R, Same> for R {
    fn reject(self) -> R {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<R> RejectsWith<R, Never> for Infallible {
    fn reject(self) -> R {
        match self {}
    }
}

/// The twin of [`TryUpcast`].
#[diagnostic::on_unimplemented(
    message = "no upcaster from `{Prev}` to `{Self}`",
    label = "`{Self}` cannot be read from a stored `{Prev}`",
    note = "write `impl Upcast<{Prev}> for {Self}`, or `TryUpcast` if it can fail or needs the metadata"
)]
pub trait UpcastsFrom<Prev>: Sized {
    /// One step up.
    ///
    /// # Errors
    /// The user's.
    fn up(old: Prev, meta: &UpcastMeta<'_>) -> Result<Self, UpcastError>;
}

#[diagnostic::do_not_recommend]
impl<Prev, Next: TryUpcast<Prev>> UpcastsFrom<Prev> for Next {
    #[inline]
    fn up(old: Prev, meta: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        Next::try_upcast(old, meta)
    }
}

/// The twin of [`Upcast`], for the steps above the version that `write = n` writes.
#[diagnostic::on_unimplemented(
    message = "no `Upcast` from `{Prev}` to `{Self}`",
    label = "what is written as `{Prev}` could not be read back",
    note = "while `write` is there, every event is read back without its metadata: write `impl Upcast<{Prev}> for {Self}`"
)]
pub trait UpcastsSurely<Prev>: Sized {
    /// One step up.
    ///
    /// # Errors
    /// None; this has the form of [`UpcastsFrom::up`].
    fn up(old: Prev, meta: &UpcastMeta<'_>) -> Result<Self, UpcastError>;
}

#[diagnostic::do_not_recommend]
impl<Prev, Next: Upcast<Prev>> UpcastsSurely<Prev> for Next {
    #[inline]
    fn up(old: Prev, _: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        Ok(Next::upcast(old))
    }
}

/// The twin of [`Downcast`].
#[diagnostic::on_unimplemented(
    message = "`{New}` cannot be written as `{Self}`",
    label = "`write` asks for this version",
    note = "write `impl Downcast<{New}> for {Self}`"
)]
pub trait DowncastsFrom<New>: Sized {
    /// One step down.
    fn down(new: New) -> Self;
}

#[diagnostic::do_not_recommend]
impl<New, Old: Downcast<New>> DowncastsFrom<New> for Old {
    #[inline]
    fn down(new: New) -> Self {
        Old::downcast(new)
    }
}

/// What `#[on(key = ..)]` of a projection may be: a key of a stream, a reference to one, a text.
///
/// `Case` is inferred, and keeps the impls apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of events",
    label = "has no text that names a key",
    note = "use a text, an integer or a `Uuid`, or derive `StreamKey` for a newtype of one"
)]
pub trait KeyText<Case> {
    /// The key as text.
    fn key_text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<K: StreamKey> KeyText<Same> for K {
    fn key_text(&self) -> String {
        self.text().into_owned()
    }
}

#[diagnostic::do_not_recommend]
impl<K: StreamKey> KeyText<&K> for &K {
    fn key_text(&self) -> String {
        self.text().into_owned()
    }
}

impl KeyText<&str> for &str {
    fn key_text(&self) -> String {
        (*self).to_owned()
    }
}

/// What `#[on(key = ..)]` of a process may be: the id of an instance, or what stands for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of an instance of `{P}`",
    label = "not what `#[process(id = ...)]` says",
    note = "the key is the id of the instance, or a reference to it"
)]
pub trait NamesInstance<P> {
    /// The id as text.
    fn key(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<P: Process, K: AsKey<P::Id>> NamesInstance<P> for K {
    fn key(&self) -> String {
        AsKey::key(self).into_owned()
    }
}

/// The twin of [`KeptInMemory`], which has no bounds of its own that rustc would speak of.
#[diagnostic::on_unimplemented(
    message = "the view `{Self}` cannot be kept in memory",
    label = "could not begin, or not be saved and read",
    note = "derive what it needs: `#[derive(Default, serde::Serialize, serde::Deserialize)]`, or name a database: `view = ...`"
)]
pub trait IsKeptInMemory {
    /// It can.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<P: KeptInMemory> IsKeptInMemory for P {}

/// A projection whose view is itself, in memory.
#[diagnostic::on_unimplemented(
    message = "the view of `{Self}` does not live in memory, so `&mut self` is not it",
    label = "its view is not in memory",
    note = "write `fn name(&self, tx: &mut ..., event: &E, meta: &Meta) -> Result<(), _>`, or remove `view = ...` from the projection"
)]
pub trait ChangedInMemory: Projection {
    /// The view.
    fn changed<'a>(view: &'a mut Tx<'_, Self>) -> &'a mut Self;
}

#[diagnostic::do_not_recommend]
impl<P: Projection<View = InMemory<P>>> ChangedInMemory for P {
    fn changed<'a>(view: &'a mut Tx<'_, Self>) -> &'a mut Self {
        view
    }
}

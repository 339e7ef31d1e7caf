//! A command and where it goes, as data.

use crate::stream::{InvalidName, StreamId};

/// A command and the aggregate that it goes to: made by [`Command::to`](crate::Command::to), returned by policies and processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct To<C> {
    pub(crate) stream: Result<StreamId, InvalidName>,
    pub(crate) command: C,
}

/// The same, and if the aggregate refuses the command, the input that it was sent for is parked, instead of the sender hearing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrPark<C>(pub(crate) To<C>);

impl<C> To<C> {
    /// Nobody handles its failure: if the aggregate refuses it, the input that it was sent for is parked.
    #[must_use]
    pub fn or_park(self) -> OrPark<C> {
        OrPark(self)
    }

    /// The command.
    #[must_use]
    pub const fn command(&self) -> &C {
        &self.command
    }

    /// The stream of the aggregate that it goes to.
    ///
    /// # Errors
    /// [`InvalidName`] if the id cannot name a stream; whoever sends it then parks.
    pub const fn stream(&self) -> Result<&StreamId, &InvalidName> {
        self.stream.as_ref()
    }
}

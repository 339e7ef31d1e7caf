//! When a snapshot of a state is taken, how it is written and read, and what makes it stale.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::Aggregate;
use crate::codec::{self, JsonError};
use crate::event::EventSet;
use crate::schema::{Fingerprint, Schema, folded_fingerprint};

/// The snapshots of an aggregate: when one is taken, and what makes it stale. Written by
/// `#[aggregate(snapshot(every = 100), rev = 2)]`.
///
/// A snapshot is the state as JSON. Everything that the aggregate folds has to be in it: a field that serde skips would come back as its
/// default, which no replay gives.
pub struct Snapshots<A> {
    every: u64,
    bytes: u64,
    micros: u64,
    rev: u32,
    pub(crate) encode: fn(&A) -> Result<Vec<u8>, JsonError>,
    pub(crate) decode: fn(&[u8]) -> Result<A, JsonError>,
    fingerprint: fn(u32) -> Fingerprint,
}

impl<A: Aggregate + Serialize + DeserializeOwned + Schema> Snapshots<A> {
    /// Snapshots that are never taken, until [`every`](Self::every), [`bytes`](Self::bytes) or [`micros`](Self::micros) says when.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a default is no constant")]
    pub const fn new() -> Self {
        Self {
            every: 0,
            bytes: 0,
            micros: 0,
            rev: 0,
            encode: codec::encode::<A>,
            decode: codec::decode_value::<A>,
            fingerprint: |rev| folded_fingerprint(A::SHAPE, <A::Events as EventSet>::FACTS, rev),
        }
    }
}

impl<A> Snapshots<A> {
    /// One after so many events since the last; 0 is never.
    #[must_use]
    pub const fn every(mut self, events: u64) -> Self {
        self.every = events;
        self
    }

    /// One after so many bytes of payload since the last; 0 is never.
    #[must_use]
    pub const fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// One after so many microseconds that were spent on reading and folding events since the last, as the clock of the runtime counts
    /// them ([`Clock::steady`](crate::Clock::steady)): about as long as the next cold load would take from there. 0 is never.
    #[must_use]
    pub const fn micros(mut self, micros: u64) -> Self {
        self.micros = micros;
        self
    }

    /// The revision of the logic in `#[apply]`: snapshots of another revision are stale. Default: 0.
    #[must_use]
    pub const fn rev(mut self, rev: u32) -> Self {
        self.rev = rev;
        self
    }

    /// What stands beside a snapshot and is compared before it is read: the shape of the state, what the events read as, and the revision.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        (self.fingerprint)(self.rev)
    }

    /// Whether one is due after so many events and bytes since the last, and so long a time that was spent on them.
    pub(crate) fn is_due(&self, events: u64, bytes: u64, spent: Duration) -> bool {
        (self.every > 0 && events >= self.every)
            || (self.bytes > 0 && bytes >= self.bytes)
            || (self.micros > 0 && spent >= Duration::from_micros(self.micros))
    }

    /// Whether it has to be known how long folding takes.
    pub(crate) const fn is_timed(&self) -> bool {
        self.micros > 0
    }
}

impl<A> Clone for Snapshots<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Snapshots<A> {}

impl<A> fmt::Debug for Snapshots<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            every,
            bytes,
            micros,
            rev,
            ..
        } = self;
        f.debug_struct("Snapshots")
            .field("every", every)
            .field("bytes", bytes)
            .field("micros", micros)
            .field("rev", rev)
            .finish_non_exhaustive()
    }
}

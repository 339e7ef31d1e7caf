//! Where an event stands: in its stream, and in its store.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

/// The number of an event in its stream: 1, 2, 3, … without a hole.
///
/// A stream without events has none, so it is `Option<Version>` where that can be. Not to be taken for an event's *schema* version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(NonZeroU64);

impl Version {
    /// The first event of every stream.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The version of this number; `None` for 0, which no event has.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// How many events a stream at `head` has: 0 for none.
    #[must_use]
    pub fn count(head: Option<Self>) -> u64 {
        head.map_or(0, Self::get)
    }

    /// The version after `head`: 1 in a stream without events.
    ///
    /// # Panics
    /// After 2^64 - 1 events.
    #[must_use]
    pub fn after(head: Option<Self>) -> Self {
        head.map_or(Self::FIRST, |head| {
            Self(head.0.checked_add(1).expect("a stream ends before 2^64 events"))
        })
    }
}

/// Where an event stands among all events of one store: a later event has a greater one.
///
/// The store gives it at the commit, and never to another event. It is no count and no time; `MemoryStore` and `FileStore` number from 1
/// without gaps. Positions of two stores are not comparable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// Before every event.
    pub const START: Self = Self(0);

    /// The position of this number, as it was got from [`get`](Self::get) of the same store.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

macro_rules! shown_as_number {
    ($($name:ident),*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl PartialEq<u64> for $name {
            fn eq(&self, other: &u64) -> bool {
                self.get() == *other
            }
        }
        impl From<$name> for u64 {
            fn from(number: $name) -> u64 {
                number.get()
            }
        }
    )* };
}

shown_as_number!(Version, Position);

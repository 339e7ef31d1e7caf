//! From the bytes of an old version to the current one: generated code names the structs and the steps, and this walks them.

use serde::de::DeserializeOwned;

use super::decode::{no_such_version, unreadable};
use crate::codec::{self, Json};
use crate::constant::{Text, same};
use crate::envelope::UpcastMeta;
use crate::event::{DecodeError, EventName, EventVersion};
use crate::runtime::Panicked;
use crate::upcast::UpcastError;

/// A payload of a version below the current one.
///
/// The chain goes from the oldest version up, and each step either has the event from the step before or reads it: so its text grows with
/// the versions and not with their square.
#[derive(Clone, Copy, Debug)]
pub struct Old<'a> {
    name: EventName,
    version: u32,
    payload: &'a [u8],
    meta: &'a UpcastMeta<'a>,
}

impl Old<'_> {
    /// The event of the oldest version, if it is of that one.
    ///
    /// # Errors
    /// [`DecodeError::Payload`].
    #[inline]
    pub fn oldest<V: DeserializeOwned>(&self, version: u32) -> Result<Option<V>, DecodeError> {
        if self.version == version {
            codec::decode_then(self.payload, Some).map_err(|source| self.unreadable(source))
        } else {
            Ok(None)
        }
    }

    /// The event as JSON, if it is of a version up to this one.
    ///
    /// # Errors
    /// [`DecodeError::Payload`].
    pub fn raw(&self, up_to: u32) -> Result<Option<Json>, DecodeError> {
        if self.version <= up_to {
            self.read().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The event as a struct that was kept, which knows the versions below its own.
    ///
    /// # Errors
    /// Those of [`EventVersion::decode_version`].
    #[inline]
    pub fn kept<V>(&self, kept: &Kept<V>) -> Result<Option<V>, DecodeError> {
        if self.version <= kept.version {
            (kept.decode)(self.version, self.payload, self.meta).map(Some)
        } else {
            Ok(None)
        }
    }

    /// One step up: from the version before, or read as this one if it is of this one.
    ///
    /// # Errors
    /// [`DecodeError::Upcast`] and [`DecodeError::Payload`].
    #[inline]
    pub fn step<Prev, Next: DeserializeOwned>(
        &self,
        version: u32,
        prev: Option<Prev>,
        up: impl FnOnce(Prev, &UpcastMeta<'_>) -> Result<Next, UpcastError>,
    ) -> Result<Option<Next>, DecodeError> {
        match prev {
            Some(prev) => match up(prev, self.meta) {
                Ok(next) => Ok(Some(next)),
                Err(error) => Err(self.failed(error.into_inner())),
            },
            None => self.oldest(version),
        }
    }

    /// The last step, to the current version.
    ///
    /// # Errors
    /// [`DecodeError::Upcast`], and [`DecodeError::NoSuchVersion`] if no step has read the event.
    #[inline]
    pub fn newest<Prev, Next: EventVersion>(
        &self,
        prev: Option<Prev>,
        up: impl FnOnce(Prev, &UpcastMeta<'_>) -> Result<Next, UpcastError>,
    ) -> Result<Next, DecodeError> {
        match prev {
            Some(prev) => self.up(prev, up),
            None => Err(no_such_version::<Next>(self.version)),
        }
    }

    #[inline]
    fn up<Prev, Next>(
        &self,
        prev: Prev,
        up: impl FnOnce(Prev, &UpcastMeta<'_>) -> Result<Next, UpcastError>,
    ) -> Result<Next, DecodeError> {
        up(prev, self.meta).map_err(|error| self.failed(error.into_inner()))
    }

    fn read<V: DeserializeOwned>(&self) -> Result<V, DecodeError> {
        codec::decode(self.payload).map_err(|source| self.unreadable(source))
    }

    #[cold]
    fn unreadable(&self, source: codec::JsonError) -> DecodeError {
        unreadable(self.name, self.version, self.payload, source)
    }

    #[cold]
    fn failed(&self, source: Box<dyn std::error::Error + Send + Sync>) -> DecodeError {
        DecodeError::Upcast {
            name: self.name,
            version: self.version,
            source,
        }
    }
}

/// Reads an old version through its chain. A panic in the user's steps is an error of this reader, and of no other; reading the current
/// version does not come here, and pays nothing for it.
///
/// # Errors
/// [`DecodeError::NoSuchVersion`], and those of the chain.
pub fn decode_old<E: EventVersion>(
    version: u32,
    payload: &[u8],
    meta: &UpcastMeta<'_>,
    chain: impl FnOnce(&Old<'_>) -> Result<E, DecodeError>,
) -> Result<E, DecodeError> {
    if version < E::OLDEST || version > E::VERSION {
        return Err(no_such_version::<E>(version));
    }
    let name = E::NAME;
    let old = Old {
        name,
        version,
        payload,
        meta,
    };
    // Around each chain itself: through a `dyn FnMut` the event would be moved out once more, a twentieth of the whole read.
    Panicked::caught(|| chain(&old)).unwrap_or_else(|panicked| Err(old.failed(Box::new(panicked))))
}

/// A struct that the user kept for an old version: `from = WithdrawnV1`.
#[derive(Clone, Copy, Debug)]
pub struct Kept<V> {
    name: EventName,
    version: u32,
    decode: fn(u32, &[u8], &UpcastMeta<'_>) -> Result<V, DecodeError>,
}

impl<V> Kept<V> {
    /// What [`EventVersion`] says of the struct; each item by itself, so that rustc speaks of a struct that is no event only once.
    #[must_use]
    pub const fn new(
        name: EventName,
        version: u32,
        decode: fn(u32, &[u8], &UpcastMeta<'_>) -> Result<V, DecodeError>,
    ) -> Self {
        Self { name, version, decode }
    }

    /// The struct, if it is the version just before `next` of the event `name`.
    ///
    /// # Panics
    /// If it is not: while the user's crate is compiled, on the path in `from`.
    #[must_use]
    #[track_caller]
    pub const fn before(self, path: &str, name: &str, next: u32) -> Self {
        if self.name.is_empty() {
            return self;
        }
        if !same(self.name, name) {
            let text = Text::new()
                .push("`")
                .push(path)
                .push("` is a version of `")
                .push(self.name);
            let text = text.push("`, not of `").push(name).push("`");
            panic!("{}", text.as_str());
        }
        if self.version as u64 + 1 != next as u64 {
            let text = Text::new().push("`").push(path).push("` is version ");
            let text = text
                .number(self.version as u64)
                .push(", but version ")
                .number(next as u64);
            let text = text.push(" needs version ").number(next.saturating_sub(1) as u64);
            let text = text.push(" before it: a history has no gaps");
            panic!("{}", text.as_str());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn said(kept: Kept<()>, name: &str, next: u32) -> String {
        let refused = catch_unwind(|| kept.before("GoneV1", name, next)).expect_err("not the one before");
        refused.downcast_ref::<String>().expect("a text").clone()
    }

    #[test]
    fn a_kept_struct_is_the_version_just_before() {
        let kept = |name, version| Kept::<()>::new(name, version, |_, _, _| Ok(()));
        let _ = kept("gone", 1).before("GoneV1", "gone", 2);
        let _ = kept("", 7).before("GoneV1", "gone", 2);
        assert_eq!(
            said(kept("gone", 1), "gone", 3),
            "`GoneV1` is version 1, but version 3 needs version 2 before it: a history has no gaps"
        );
        assert_eq!(
            said(kept("gone", 3), "gone", 2),
            "`GoneV1` is version 3, but version 2 needs version 1 before it: a history has no gaps"
        );
        assert_eq!(
            said(kept("left", 1), "gone", 2),
            "`GoneV1` is a version of `left`, not of `gone`"
        );
    }
}

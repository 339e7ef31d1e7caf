//! What says that two requests are one: the caller's key, and the fingerprint of what was asked under it.

use std::fmt;
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use crate::store::{Committed, Part};

/// The caller's name for one request, which stays across attempts, nodes and restarts (rule 2.1). It means something within one stream:
/// the same key for another stream is another request.
///
/// Any text of 1 to 255 bytes, compared byte for byte; [`Batch::check`](crate::store::Batch::check) refuses the others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(Arc<str>);

impl IdempotencyKey {
    /// The key of this text.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A key comes from outside and may hold marks that turn a terminal's line around.
        write!(f, "{}", self.0.escape_debug())
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for IdempotencyKey {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for IdempotencyKey {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// 128 bits that stand for the content of a request: two requests under one key are one if theirs are equal (rules 2.3, 2.4).
///
/// It is stored with the key, so it has to be made in the same way for as long as the key is remembered.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of these bytes, as they were got from [`as_bytes`](Self::as_bytes) or made by a hash of one's own.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, as they are stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The fingerprint of these pieces in this order: XXH3-128 over each one's length and bytes, so that no two lists of pieces run
    /// together.
    ///
    /// ```
    /// use recount::store::Fingerprint;
    ///
    /// let deposit = Fingerprint::of([&b"deposit"[..], br#"{"amount":10}"#]);
    /// assert_eq!(deposit, Fingerprint::of([&b"deposit"[..], br#"{"amount":10}"#]));
    /// assert_ne!(deposit, Fingerprint::of([&b"deposit{"[..], br#""amount":10}"#]));
    /// ```
    #[must_use]
    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut all = Pieces::default();
        pieces.into_iter().for_each(|piece| all.add(piece));
        all.fingerprint()
    }

    /// The fingerprint of what a batch writes: of each part its stream, of each event its name, version and payload. Metadata and
    /// expected versions are no part of it.
    #[must_use]
    pub fn of_events(parts: &[Part]) -> Self {
        let mut all = Pieces::default();
        for part in parts {
            all.add(part.stream.as_str().as_bytes());
            all.add(&(part.events.len() as u64).to_le_bytes());
            for event in &part.events {
                all.add(event.name.as_bytes());
                all.add(&event.version.to_le_bytes());
                all.add(&event.payload);
            }
        }
        all.fingerprint()
    }
}

/// Pieces on their way to a fingerprint, none of them kept.
#[derive(Default)]
struct Pieces(Xxh3);

impl Pieces {
    fn add(&mut self, piece: &[u8]) {
        self.0.update(&(piece.len() as u64).to_le_bytes());
        self.0.update(piece);
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.0.digest128().to_le_bytes())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({:032x})", u128::from_be_bytes(self.0))
    }
}

/// What a store remembers of a key: [`EventStore::find_key`](crate::store::EventStore::find_key).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownKey {
    /// What was asked under the key.
    pub fingerprint: Fingerprint,
    /// What was written for it, marked as a duplicate: whoever asks has written nothing. Its events are there to be read by their
    /// versions.
    pub committed: Committed,
}

impl KnownKey {
    /// A key with what was asked and written under it.
    #[must_use]
    pub const fn new(fingerprint: Fingerprint, committed: Committed) -> Self {
        Self { fingerprint, committed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Expected, NewEvent};
    use crate::stream::StreamId;

    fn part(stream: &str, events: &[(&'static str, u32, &str)]) -> Part {
        Part {
            stream: StreamId::new("case", stream).expect("a plain name"),
            expected: Expected::Any,
            events: events
                .iter()
                .map(|(name, version, payload)| NewEvent::new(*name, *version, 1, *payload))
                .collect(),
        }
    }

    /// Rule 2.3: the content of a raw append is names, versions and bytes, in their order and in their streams; nothing else.
    #[test]
    fn content_is_names_versions_and_bytes() {
        let of = |parts: &[Part]| Fingerprint::of_events(parts);
        let original = [part("a", &[("x", 1, "1"), ("y", 2, "2")])];
        let mut other_metadata = original.clone();
        other_metadata[0].expected = Expected::NoStream;
        other_metadata[0].events[0].metadata = b"other".to_vec();
        assert_eq!(of(&original), of(&other_metadata));
        for other in [
            vec![part("b", &[("x", 1, "1"), ("y", 2, "2")])],
            vec![part("a", &[("x", 1, "1"), ("z", 2, "2")])],
            vec![part("a", &[("x", 2, "1"), ("y", 2, "2")])],
            vec![part("a", &[("x", 1, "1"), ("y", 2, "3")])],
            vec![part("a", &[("y", 2, "2"), ("x", 1, "1")])],
            vec![part("a", &[("x", 1, "1")])],
            vec![part("a", &[("x", 1, "1")]), part("b", &[("y", 2, "2")])],
        ] {
            assert_ne!(of(&original), of(&other), "{other:?}");
        }
    }

    /// Keys are remembered for ever, so the bytes of a fingerprint may never change.
    #[test]
    fn fingerprints_stay() {
        let bytes = |fingerprint: Fingerprint| format!("{fingerprint:?}");
        assert_eq!(
            bytes(Fingerprint::of([])),
            "Fingerprint(7f498d4624c30160d8984701d306aa99)"
        );
        let pieces = [&b"deposit"[..], br#"{"amount":10}"#];
        assert_eq!(
            bytes(Fingerprint::of(pieces)),
            "Fingerprint(6678bba659bf7d0cf3211a621b4b099d)"
        );
        let events = [part("a", &[("x", 1, "1"), ("y", 2, "2")])];
        assert_eq!(
            bytes(Fingerprint::of_events(&events)),
            "Fingerprint(0cadcfad3fe757cfcc123a188fc4aee3)"
        );
    }
}

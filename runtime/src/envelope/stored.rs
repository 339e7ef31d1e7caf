//! The headers of an event as a store keeps them, read when somebody looks.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use crate::envelope::Headers;

/// The headers of an event, read from their stored form when they are first looked at: most handlers never do, and to read them takes
/// longer than to read the event. Derefs to [`Headers`].
///
/// ```
/// use recount::{Headers, StoredHeaders};
///
/// let mut headers = Headers::default();
/// headers.actor = Some("teller-9".to_owned());
/// let stored = StoredHeaders::from(headers.clone());
/// assert_eq!(stored.actor.as_deref(), Some("teller-9"));
/// assert_eq!(stored.into_headers(), headers);
/// ```
#[derive(Clone)]
pub struct StoredHeaders(Kept);

#[derive(Clone)]
enum Kept {
    Read(Headers),
    Stored { bytes: Box<[u8]>, read: OnceLock<Headers> },
}

impl StoredHeaders {
    /// Headers that are known already.
    pub(super) const fn read(headers: Headers) -> Self {
        Self(Kept::Read(headers))
    }

    /// The headers of these bytes.
    pub(super) fn stored(bytes: &[u8]) -> Self {
        let (bytes, read) = (bytes.into(), OnceLock::new());
        Self(Kept::Stored { bytes, read })
    }

    /// The headers, by value.
    #[must_use]
    pub fn into_headers(self) -> Headers {
        match self.0 {
            Kept::Read(headers) => headers,
            Kept::Stored { bytes, read } => read.into_inner().unwrap_or_else(|| Headers::decode(&bytes)),
        }
    }
}

impl Deref for StoredHeaders {
    type Target = Headers;

    fn deref(&self) -> &Headers {
        match &self.0 {
            Kept::Read(headers) => headers,
            Kept::Stored { bytes, read } => read.get_or_init(|| Headers::decode(bytes)),
        }
    }
}

impl From<Headers> for StoredHeaders {
    fn from(headers: Headers) -> Self {
        Self::read(headers)
    }
}

impl PartialEq for StoredHeaders {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for StoredHeaders {}

impl PartialEq<Headers> for StoredHeaders {
    fn eq(&self, other: &Headers) -> bool {
        **self == *other
    }
}

impl fmt::Debug for StoredHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule 4.10: read late or early, known or stored, they are the same; and what cannot be read is left out.
    #[test]
    fn read_when_they_are_looked_at() {
        let headers = Headers {
            actor: Some("teller-9".to_owned()),
            ..Headers::default()
        };
        let stored = StoredHeaders::stored(&headers.encode());
        assert!(matches!(&stored.0, Kept::Stored { read, .. } if read.get().is_none()));
        assert_eq!(stored.clone().into_headers(), headers, "before anybody has looked");
        assert_eq!(stored, headers);
        assert!(matches!(&stored.0, Kept::Stored { read, .. } if read.get().is_some()));
        assert_eq!(stored, StoredHeaders::from(headers.clone()));
        assert_eq!(format!("{stored:?}"), format!("{headers:?}"));
        assert_eq!(stored.into_headers(), headers);
        assert_eq!(StoredHeaders::stored(b"of another program"), Headers::default());
        assert_eq!(StoredHeaders::stored(b""), Headers::default());
    }
}

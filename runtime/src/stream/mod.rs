//! What names and numbers a stream's events: `StreamId` here, its keys, the numbers, and the ids of appends and events beside it.

mod hash;
mod id;
mod key;
mod number;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use hash::{FromStream, StreamMap, TypeMap};
pub use id::{AppendId, EventId, EventIdError, StoreId};
pub use key::{AsKey, StreamKey};
pub use number::{Position, Version};

/// The longest id of a stream, in bytes.
pub(crate) const MAX_ID_BYTES: usize = 512;
/// The longest name of a stream, in bytes: its category, a `/` and its id.
pub(crate) const MAX_STREAM_BYTES: usize = 1024;

/// The name of a stream: a category, which is the aggregate's declared name, and an id.
///
/// Its text form is `category/id`. Names are compared byte for byte: no case is folded and no Unicode form normalised, so two names that
/// look the same may be two streams. A name is never used as a path.
///
/// ```
/// use recount::StreamId;
///
/// let stream = StreamId::new("account", "acc-101")?;
/// assert_eq!((stream.category(), stream.id(), stream.as_str()), ("account", "acc-101", "account/acc-101"));
/// assert!(StreamId::new("account", "a\nb").is_err());
/// # Ok::<(), recount::InvalidName>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct StreamId {
    /// `category/id`, shared by all clones.
    text: Arc<str>,
    category: usize,
    /// Of the text, for the tables that a command is looked up in.
    hash: u64,
}

impl StreamId {
    /// The stream of this category and id.
    ///
    /// # Errors
    /// [`InvalidName`] if a part is empty or has a control character, if the category has a `/` or begins with `$` (those belong to
    /// recount), if the id is longer than 512 bytes or the whole longer than 1024.
    pub fn new(category: &str, id: &str) -> Result<Self, InvalidName> {
        if category.starts_with('$') {
            let (name, reason) = (shown(category, id), NameReason::Reserved);
            return Err(InvalidName { name, reason });
        }
        Self::stored(category, id)
    }

    /// The same, also of a category that belongs to recount: what a store may hold.
    pub(crate) fn stored(category: &str, id: &str) -> Result<Self, InvalidName> {
        let reason = if category.is_empty() {
            NameReason::EmptyCategory
        } else if id.is_empty() {
            NameReason::EmptyId
        } else if category.contains('/') {
            NameReason::Slash
        } else if has_control(category) || has_control(id) {
            NameReason::Control
        } else if id.len() > MAX_ID_BYTES || category.len() + 1 + id.len() > MAX_STREAM_BYTES {
            NameReason::TooLong
        } else {
            let text = joined(category, id);
            return Ok(Self {
                category: category.len(),
                hash: hash::hash(&text),
                text,
            });
        };
        Err(InvalidName {
            name: shown(category, id),
            reason,
        })
    }

    /// The same stream, as whoever looks at it from inside sees it: the category has so many bytes, up to another `/`.
    pub(crate) fn with_category(&self, bytes: usize) -> Self {
        let is_split = self.text.as_bytes().get(bytes) == Some(&b'/');
        Self {
            category: if is_split { bytes } else { self.category },
            ..self.clone()
        }
    }

    /// What kind of thing the stream is about: the declared name of its aggregate.
    #[must_use]
    pub fn category(&self) -> &str {
        self.text.get(..self.category).unwrap_or_default()
    }

    /// Which one of its kind the stream is about.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text.get(self.category + 1..).unwrap_or_default()
    }

    /// `category/id`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// `category/id`, allocated once where it is short, as nearly all are.
fn joined(category: &str, id: &str) -> Arc<str> {
    let parts = [category, "/", id];
    let mut short = [0; 128];
    let mut rest = &mut short[..];
    let fits = parts.iter().all(|part| rest.write_all(part.as_bytes()).is_ok());
    let length = parts.iter().map(|part| part.len()).sum();
    match short.get(..length).map(str::from_utf8) {
        Some(Ok(text)) if fits => text.into(),
        _ => parts.concat().into(),
    }
}

/// Whether there is a newline, a NUL or another control character in it.
fn has_control(text: &str) -> bool {
    if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_control())
    } else {
        text.contains(char::is_control)
    }
}

/// The refused name for a message: escaped, and cut where it is long.
fn shown(category: &str, id: &str) -> String {
    let text: String = category.chars().chain(['/']).chain(id.chars()).take(80).collect();
    text.escape_debug().to_string()
}

impl PartialEq for StreamId {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.text == other.text
    }
}

impl Eq for StreamId {}

impl Hash for StreamId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialOrd for StreamId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StreamId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name may hold marks that turn a terminal's line around; it is shown as it can be typed.
        write!(f, "{}", self.text.escape_debug())
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl FromStr for StreamId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.split_once('/') {
            Some((category, id)) => Self::new(category, id),
            None => Self::new(text, ""),
        }
    }
}

impl From<StreamId> for String {
    fn from(id: StreamId) -> Self {
        id.as_str().to_owned()
    }
}

impl TryFrom<String> for StreamId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

/// A text cannot name a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot name a stream: {reason}")]
#[non_exhaustive]
pub struct InvalidName {
    /// The name, escaped and cut to 80 characters.
    pub name: String,
    /// What is wrong with it.
    pub reason: NameReason,
}

/// What is wrong with the name of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameReason {
    /// There is no category.
    #[error("its category is empty")]
    EmptyCategory,
    /// There is no id.
    #[error("its id is empty")]
    EmptyId,
    /// The category begins with `$`.
    #[error("categories that begin with `$` belong to recount")]
    Reserved,
    /// The category holds the mark between category and id.
    #[error("a category has no `/`")]
    Slash,
    /// A newline, a NUL or another control character.
    #[error("it has a control character")]
    Control,
    /// An id above 512 bytes, or a whole name above 1024.
    #[error("an id has at most 512 bytes, and the whole name at most 1024")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason(category: &str, id: &str) -> NameReason {
        StreamId::new(category, id).expect_err("a refused name").reason
    }

    /// Rule 1.1.
    #[test]
    fn hostile_names_are_refused() {
        assert_eq!(reason("", "1"), NameReason::EmptyCategory);
        assert_eq!(reason("account", ""), NameReason::EmptyId);
        assert_eq!(reason("$all", "1"), NameReason::Reserved);
        assert_eq!(reason("a/b", "1"), NameReason::Slash);
        assert_eq!(reason("account", "a\0b"), NameReason::Control);
        assert_eq!(reason("account", "a\u{85}b"), NameReason::Control);
        assert_eq!(reason("account", &"x".repeat(513)), NameReason::TooLong);
        assert_eq!(reason(&"x".repeat(600), &"x".repeat(512)), NameReason::TooLong);
        assert!(StreamId::new("account", &"x".repeat(512)).is_ok());
        assert!(StreamId::new("account", "../../etc/passwd").is_ok());
        let error = StreamId::new("account", &"\n".repeat(1 << 20)).expect_err("a refused name");
        assert!(error.to_string().len() < 300, "{error}");
    }

    #[test]
    fn names_are_shown_escaped() -> Result<(), InvalidName> {
        assert_eq!(
            StreamId::new("account", "a\u{202e}b")?.to_string(),
            "account/a\\u{202e}b"
        );
        Ok(())
    }

    proptest! {
        /// Rule 1.1: the text form is injective.
        #[test]
        fn text_form_is_injective(category in "[a-z]{1,3}", id in "[a-z/]{1,4}", other in "[a-z]{1,3}", other_id in "[a-z/]{1,4}") {
            let (a, b) = (StreamId::new(&category, &id)?, StreamId::new(&other, &other_id)?);
            prop_assert_eq!(a == b, category == other && id == other_id);
            prop_assert_eq!(a.as_str().parse::<StreamId>()?, a);
        }
    }
}

//! What names and numbers a stream's events: `StreamId`, its keys, `Version`, `Position` and the ids of appends and events.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
#[derive(Clone)]
pub struct StreamId {
    /// `category/id`, shared by all clones.
    text: Arc<str>,
    category: usize,
}

impl StreamId {
    /// The stream of this category and id.
    ///
    /// # Errors
    /// [`InvalidName`] if a part is empty or has a control character, if the category has a `/` or begins with `$` (those belong to
    /// recount), if the id is longer than 512 bytes or the whole longer than 1024.
    pub fn new(category: &str, id: &str) -> Result<Self, InvalidName> {
        let reason = if category.is_empty() {
            NameReason::EmptyCategory
        } else if id.is_empty() {
            NameReason::EmptyId
        } else if category.starts_with('$') {
            NameReason::Reserved
        } else if category.contains('/') {
            NameReason::Slash
        } else if category.contains(char::is_control) || id.contains(char::is_control) {
            NameReason::Control
        } else if id.len() > MAX_ID_BYTES || category.len() + 1 + id.len() > MAX_STREAM_BYTES {
            NameReason::TooLong
        } else {
            return Ok(Self {
                text: [category, "/", id].concat().into(),
                category: category.len(),
            });
        };
        Err(InvalidName {
            name: shown(category, id),
            reason,
        })
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

/// The refused name for a message: escaped, and cut where it is long.
fn shown(category: &str, id: &str) -> String {
    let text: String = category.chars().chain(['/']).chain(id.chars()).take(80).collect();
    text.escape_debug().to_string()
}

impl PartialEq for StreamId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for StreamId {}

impl Hash for StreamId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
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

/// The id of an aggregate: `String`, the integers, [`Uuid`], and newtypes of them by `#[derive(StreamKey)]`.
///
/// ```
/// use recount::StreamKey;
///
/// #[derive(Clone, StreamKey)]
/// struct AccountId(u64);
/// assert_eq!(AccountId(7).text(), "7");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the id of a stream",
    label = "has no text that names a stream",
    note = "use a `String`, an integer or a `Uuid`, or derive `StreamKey` for a newtype of one"
)]
pub trait StreamKey: Clone + Send + Sync + 'static {
    /// The id as text. Two ids that differ have two texts.
    fn text(&self) -> Cow<'_, str>;
}

/// What may stand for the id `K` in a call: a `K`, a `&K`, and for a `String` also a `&str`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of this stream, which is `{K}`",
    label = "expected `{K}` or a reference to it"
)]
pub trait AsKey<K> {
    /// The id as text.
    fn key(&self) -> Cow<'_, str>;
}

impl<K: StreamKey> AsKey<K> for K {
    fn key(&self) -> Cow<'_, str> {
        self.text()
    }
}

impl<K: StreamKey> AsKey<K> for &K {
    fn key(&self) -> Cow<'_, str> {
        (*self).text()
    }
}

impl AsKey<String> for &str {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

// A second impl for `&str` keeps rustc from settling on `String` first, so that a wrong id has our words and not E0271.
impl AsKey<Box<str>> for &str {
    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl StreamKey for Box<str> {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl StreamKey for String {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

macro_rules! by_display {
    ($($key:ty),*) => { $(
        impl StreamKey for $key {
            fn text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )* };
}

by_display!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, Uuid);

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

/// The identity of one append: made before its first attempt, the same in every resend, new after every new decision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AppendId(Uuid);

impl AppendId {
    /// The append of this id.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id, 128 bits.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }

    /// The id of the event that stands at `index`, from 0, in this append.
    #[must_use]
    pub const fn event(self, index: u32) -> EventId {
        EventId { append: self, index }
    }
}

impl fmt::Display for AppendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for AppendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<AppendId> for String {
    fn from(id: AppendId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for AppendId {
    type Error = uuid::Error;

    fn try_from(text: String) -> Result<Self, uuid::Error> {
        Uuid::try_parse(&text).map(Self)
    }
}

/// The identity of an event: its append and its place in it. Printed `<append>-<index>`; the same in every resend and every backup.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EventId {
    /// The append that wrote the event.
    pub append: AppendId,
    /// The event's place in its append, from 0, in the order of the parts.
    pub index: u32,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.append, self.index)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not an [`EventId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event id is written as `<append id>-<index>`, such as `0198f2c4-0000-7000-8000-000000000000-0`")]
#[non_exhaustive]
pub struct EventIdError;

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        let (append, index) = text.rsplit_once('-').ok_or(EventIdError)?;
        let append = Uuid::try_parse(append).map_err(|_| EventIdError)?;
        Ok(AppendId(append).event(index.parse().map_err(|_| EventIdError)?))
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for EventId {
    type Error = EventIdError;

    fn try_from(text: String) -> Result<Self, EventIdError> {
        text.parse()
    }
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

    #[test]
    fn ids_survive_their_text() -> Result<(), Box<dyn std::error::Error>> {
        let id = AppendId::new(Uuid::from_u128(7)).event(3);
        assert_eq!(id.to_string().parse::<EventId>()?, id);
        assert_eq!(serde_json::from_str::<EventId>(&serde_json::to_string(&id)?)?, id);
        assert!("7".parse::<EventId>().is_err());
        Ok(())
    }
}

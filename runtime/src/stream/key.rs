//! The ids that users give to streams.

use std::borrow::Cow;

use uuid::Uuid;

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

//! The name of a consumer.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest name of a consumer, in bytes.
const MAX_BYTES: usize = 512;

/// The name of a consumer of events, or of one generation of it: a projection, a policy, a process, a publisher.
///
/// Any text of 1 to 512 bytes without control characters that does not begin with `$`, compared byte for byte. It is never used as a path.
///
/// ```
/// use recount::store::ConsumerName;
///
/// let name = ConsumerName::new("balances")?;
/// assert_eq!(name.as_str(), "balances");
/// assert!(ConsumerName::new("two\nlines").is_err());
/// # Ok::<(), recount::store::InvalidConsumer>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ConsumerName(Arc<str>);

impl ConsumerName {
    /// The consumer of this name.
    ///
    /// # Errors
    /// [`InvalidConsumer`] if it is empty, has a control character, begins with `$` (those belong to recount) or is longer than 512 bytes.
    pub fn new(name: &str) -> Result<Self, InvalidConsumer> {
        let why = if name.is_empty() {
            "it is empty"
        } else if name.starts_with('$') {
            "names that begin with `$` belong to recount"
        } else if name.contains(char::is_control) {
            "it has a control character"
        } else if name.len() > MAX_BYTES {
            "it has at most 512 bytes"
        } else {
            return Ok(Self(name.into()));
        };
        let name = name.chars().take(80).collect::<String>().escape_debug().to_string();
        Err(InvalidConsumer { name, why })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConsumerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name may hold marks that turn a terminal's line around; it is shown as it can be typed.
        write!(f, "{}", self.0.escape_debug())
    }
}

impl fmt::Debug for ConsumerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<ConsumerName> for String {
    fn from(name: ConsumerName) -> Self {
        name.as_str().to_owned()
    }
}

impl TryFrom<String> for ConsumerName {
    type Error = InvalidConsumer;

    fn try_from(name: String) -> Result<Self, InvalidConsumer> {
        Self::new(&name)
    }
}

/// A text cannot name a consumer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot name a consumer: {why}")]
#[non_exhaustive]
pub struct InvalidConsumer {
    /// The name, escaped and cut to 80 characters.
    pub name: String,
    /// What is wrong with it.
    pub why: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_refused() {
        for name in ["", "$all", "a\0b", "a\nb", "a\u{85}b", &"x".repeat(513)] {
            let error = ConsumerName::new(name).expect_err("a refused name");
            assert!(error.to_string().len() < 500, "{error}");
        }
        for name in [
            "balances",
            "balances@2",
            "../../etc/passwd",
            "a/b",
            "é",
            &"x".repeat(512),
        ] {
            assert_eq!(ConsumerName::new(name).map(String::from).as_deref(), Ok(name));
        }
        assert_eq!(
            ConsumerName::new("a\u{202e}b").map(|name| name.to_string()).as_deref(),
            Ok("a\\u{202e}b")
        );
    }
}

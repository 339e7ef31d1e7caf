//! Text inside a `const fn`: what generated code needs to compare names and to say what is wrong with them.

/// A sentence that is built while the user's crate is compiled, for `panic!("{}", text.as_str())`.
///
/// Constants can neither allocate nor format, so the text has a fixed room; what does not fit is cut off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Text {
    /// A text without a word.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; 512],
            len: 0,
        }
    }

    /// The text with `more` after it.
    #[must_use]
    pub(crate) const fn push(mut self, more: &str) -> Self {
        let more = more.as_bytes();
        let mut at = 0;
        while at < more.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = more[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// The text with a number after it, in decimal digits.
    #[must_use]
    pub(crate) const fn number(self, number: u64) -> Self {
        let front = if number >= 10 { self.number(number / 10) } else { self };
        front.push("0123456789".split_at((number % 10) as usize).1.split_at(1).0)
    }

    /// What was pushed; nothing if the room ended inside a letter.
    #[must_use]
    pub(crate) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether two texts are the same bytes; `==` of texts is not yet allowed in constants.
#[must_use]
pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The FNV-1a hash of a text, 64 bits: a quick first look before [`same`].
///
/// The function is by Glenn Fowler, Landon Curt Noll and Kiem-Phong Vo.
#[must_use]
pub(crate) const fn fnv(text: &str) -> u64 {
    let text = text.as_bytes();
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < text.len() {
        hash = (hash ^ text[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_was_pushed() {
        const TEXT: Text = Text::new().push("version ").number(1_204).push(" of `é`");
        assert_eq!(TEXT.as_str(), "version 1204 of `é`");
        assert_eq!(Text::new().number(0).as_str(), "0");
    }

    #[test]
    fn a_text_too_long_is_cut() {
        let long = "x".repeat(600);
        assert_eq!(Text::new().push(&long).as_str().len(), 512);
        assert_eq!(Text::new().push(&"x".repeat(511)).push("é").as_str(), "");
    }

    #[test]
    fn same_is_equality_and_fnv_is_the_published_function() {
        assert!(same("", "") && same("ab", "ab") && !same("ab", "a") && !same("ab", "ac"));
        assert_eq!(fnv(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv("foobar"), 0x8594_4171_f739_67e8);
    }
}

//! Stored bytes as a person reads them in a `Debug`: nobody reads JSON as a list of numbers.

use std::fmt::{self, Write};

/// How many bytes are shown of one value.
const SHOWN: usize = 512;

/// Bytes as text where they are UTF-8, else in hex; no more than so many of them, and then how many there are. What is no visible character
/// is escaped, so that a payload cannot write lines of a log.
pub(crate) struct Shown<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_cut = match std::str::from_utf8(self.0) {
            Ok("") => return f.write_str("nothing"),
            Ok(text) => {
                let shown = text.get(..text.floor_char_boundary(SHOWN)).unwrap_or(text);
                for character in shown.chars() {
                    if character.is_control() {
                        write!(f, "{}", character.escape_default())?;
                    } else {
                        f.write_char(character)?;
                    }
                }
                shown.len() < text.len()
            }
            Err(_) => {
                f.write_str("0x")?;
                for byte in self.0.iter().take(SHOWN / 2) {
                    write!(f, "{byte:02x}")?;
                }
                self.0.len() > SHOWN / 2
            }
        };
        let bytes = self.0.len();
        if is_cut {
            write!(f, ".. ({bytes} bytes)")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_and_all_is_bounded() {
        let shown = |bytes: &[u8]| format!("{:?}", Shown(bytes));
        assert_eq!(shown(br#"{"owner":"Ada"}"#), r#"{"owner":"Ada"}"#);
        assert_eq!(shown("{\"owner\":\"Zoë\"}".as_bytes()), "{\"owner\":\"Zoë\"}");
        assert_eq!(shown(b"a\nb\x1b"), r"a\nb\u{1b}");
        assert_eq!(shown(&[0xff, 0x00, b'a']), "0xff0061");
        assert_eq!(shown(b""), "nothing");
        assert_eq!(shown(&[b'a'; SHOWN]), "a".repeat(SHOWN));
        assert_eq!(
            shown(&[b'a'; SHOWN + 1]),
            format!("{}.. (513 bytes)", "a".repeat(SHOWN))
        );
        // Never half a character.
        assert_eq!(
            shown("é".repeat(300).as_bytes()),
            format!("{}.. (600 bytes)", "é".repeat(256))
        );
        assert_eq!(
            shown(format!("a{}", "é".repeat(300)).as_bytes()),
            format!("a{}.. (601 bytes)", "é".repeat(255))
        );
        assert_eq!(shown(&[0xff; 600]), format!("0x{}.. (600 bytes)", "ff".repeat(256)));
        assert_eq!(shown(&[0xff; 256]), format!("0x{}", "ff".repeat(256)));
    }
}

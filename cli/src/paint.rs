//! Colours, the same everywhere. `anstream` takes them away in a pipe and under `NO_COLOR`.

use std::error::Error;
use std::fmt;
use std::io::Write;

use anstyle::{AnsiColor, Style};

use crate::failure::Failure;

pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const HELP: Style = AnsiColor::Cyan.on_default().bold();
pub(crate) const ADDED: Style = AnsiColor::Green.on_default();
pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();

/// A text in a style.
pub(crate) fn painted(style: Style, text: impl fmt::Display) -> impl fmt::Display {
    struct Painted<T>(Style, T);
    impl<T: fmt::Display> fmt::Display for Painted<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}{}{}", self.0.render(), self.1, self.0.render_reset())
        }
    }
    Painted(style, text)
}

/// Says why nothing more happens, and what lies beneath, where nobody takes it for output.
pub(crate) fn failure(failure: &Failure) {
    let mut text = format!("{}: {failure}", painted(BAD, "error"));
    let mut source = failure.source();
    while let Some(error) = source {
        text.push_str(&format!("\n  because: {error}"));
        source = error.source();
    }
    // A message about a message that cannot be written has nowhere to go.
    let _ = writeln!(anstream::stderr(), "{text}");
}

//! Two lists of events side by side, for the message of a failed test.

use std::fmt::{Debug, Write};

/// One line per event: ` ` where both have it, `-` what was expected, `+` what came.
pub(super) fn events<E: Debug + PartialEq>(expected: &[E], actual: &[E]) -> String {
    let mut text = String::new();
    for place in 0..expected.len().max(actual.len()) {
        let mut line = |mark: char, event: &E| _ = write!(text, "\n  {mark} {}: {event:?}", place + 1);
        match (expected.get(place), actual.get(place)) {
            (Some(expected), Some(actual)) if expected == actual => line(' ', actual),
            (expected, actual) => {
                expected.into_iter().for_each(|event| line('-', event));
                actual.into_iter().for_each(|event| line('+', event));
            }
        }
    }
    if text.is_empty() {
        "\n  no event".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_event_has_its_line() {
        assert_eq!(
            super::events(&["a", "b"], &["a", "c", "d"]),
            "\n    1: \"a\"\n  - 2: \"b\"\n  + 2: \"c\"\n  + 3: \"d\""
        );
        assert_eq!(super::events::<u8>(&[], &[]), "\n  no event");
    }
}

//! Names made from names: `OpenedTwice` and `opened_twice`.

/// `opened_twice` of `OpenedTwice`; a run of capitals is one word, so `HTTPSent` is `http_sent`.
pub(crate) fn snake(pascal: &str) -> String {
    let mut out = String::new();
    let mut letters = pascal.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(letter) = letters.next() {
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || {
                    before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase())
                }
            });
        if starts_word {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
        before = Some(letter);
    }
    out
}

/// `PayIn` of `pay_in`.
pub(crate) fn pascal(snake: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    snake.split('_').map(word).collect()
}

/// The name without the `r#` of a raw identifier.
pub(crate) fn plain(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// What the stored name of an event may be made of.
pub(crate) fn is_letter_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::{pascal, snake};

    #[test]
    fn words_of_an_event_are_joined_with_underscores() {
        for (event, name) in [
            ("Opened", "opened"),
            ("OpenedTwice", "opened_twice"),
            ("HTTPSent", "http_sent"),
            ("Level2Reached", "level2_reached"),
            ("SentByHTTP", "sent_by_http"),
            ("A", "a"),
        ] {
            assert_eq!(snake(event), name);
        }
    }

    #[test]
    fn words_of_a_method_are_capitalised() {
        for (method, command) in [
            ("open", "Open"),
            ("pay_in", "PayIn"),
            ("_pay__in_2", "PayIn2"),
            ("x", "X"),
        ] {
            assert_eq!(pascal(method), command);
        }
    }
}

//! Variants as they are stored.

use super::Payload;
use crate::schema::lock::{Choice, Tagging};

/// A variant as it is stored.
pub(crate) fn tagged(tag: &Tagging, name: &str, data: Option<Payload>) -> Payload {
    let text = || Payload::Text(name.to_owned());
    match tag {
        Tagging::Untagged => data.unwrap_or(Payload::Null),
        Tagging::External => match data {
            Some(data) => Payload::Object(vec![(name.to_owned(), data)]),
            None => text(),
        },
        Tagging::Internal(tag) => {
            let mut entries = vec![(tag.clone(), text())];
            if let Some(Payload::Object(data)) = data {
                entries.extend(data.into_iter().filter(|(key, _)| key != tag));
            }
            Payload::Object(entries)
        }
        Tagging::Adjacent { tag, content } => {
            let data = data.map(|data| (content.clone(), data));
            Payload::Object([(tag.clone(), text())].into_iter().chain(data).collect())
        }
    }
}

/// A name that no variant of this enum has.
pub(crate) fn unheard_of(choices: &[Choice], others: &[Choice]) -> String {
    let mut name = "unheard-of".to_owned();
    while choices.iter().chain(others).any(|choice| choice.is(&name)) {
        name.push('!');
    }
    name
}

//! What a person left out of an example.

use crate::schema::{Outline, Payload, Style};

impl Outline {
    /// A payload of an example: its keys, and those that it leaves out as [`Style::Max`] has them.
    pub(crate) fn completed(&self, given: Payload) -> Payload {
        filled(given, self.payload(Style::Max), self)
    }
}

/// What is left out of an object is taken from the other one, also inside; a variant is taken as it is.
fn filled(given: Payload, from: Payload, outline: &Outline) -> Payload {
    let mut outline = outline;
    while let Outline::Option(inner) = outline {
        outline = inner;
    }
    match (given, from, outline) {
        (Payload::Object(given), Payload::Object(from), Outline::Object { keys, .. }) => {
            let mut given = Payload::Object(given);
            for (name, value) in from {
                let key = keys.iter().find(|key| key.name == name);
                let aliases = key.map_or(&[][..], |key| &key.aliases);
                match (given.remove(&name), key) {
                    (Some(own), Some(key)) => given.set(&name, filled(own, value, &key.value)),
                    (Some(own), None) => given.set(&name, own),
                    (None, _) if aliases.iter().any(|alias| given.get(alias).is_some()) => {}
                    (None, _) => given.set(&name, value),
                }
            }
            given
        }
        (given, ..) => given,
    }
}

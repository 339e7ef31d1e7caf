//! `Braces`: the keys that several things share one object for. serde flattens, and tags from inside, so a map may have neighbours.

use std::collections::BTreeSet;

use recount::schema::{Choice, Key, Outline, Tagging};

/// The keys around a value that are not its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Braces {
    names: BTreeSet<String>,
}

impl Braces {
    /// Those of `outer`, of these keys and of these other parts.
    pub(super) fn around<'a>(outer: Option<&Self>, keys: &[Key], others: impl Iterator<Item = &'a Outline>) -> Self {
        let mut braces = outer.cloned().unwrap_or_default();
        braces.add_keys(keys);
        others.for_each(|other| braces.add(other));
        braces
    }

    /// Those of `outer`, and a tag.
    pub(super) fn with_tag(outer: Option<&Self>, tag: &str) -> Self {
        let mut braces = outer.cloned().unwrap_or_default();
        braces.names.insert(tag.to_owned());
        braces
    }

    /// All of them.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.names.clone()
    }

    fn add_keys(&mut self, keys: &[Key]) {
        for key in keys {
            self.names.insert(key.name.clone());
            self.names.extend(key.aliases.iter().cloned());
        }
    }

    /// What a part of the braces calls its own. Names that only the payload knows, as those of a map, are not among them.
    fn add(&mut self, part: &Outline) {
        match part {
            Outline::Option(inner) => self.add(inner),
            Outline::Object { keys, parts } => {
                self.add_keys(keys);
                parts.iter().for_each(|part| self.add(part));
            }
            Outline::Enum { tag, choices, .. } => self.add_choices(tag, choices),
            _ => {}
        }
    }

    fn add_choices(&mut self, tag: &Tagging, choices: &[Choice]) {
        match tag {
            Tagging::External => {
                for choice in choices {
                    self.names.insert(choice.name.clone());
                    self.names.extend(choice.aliases.iter().cloned());
                }
                return;
            }
            Tagging::Adjacent { tag, content } => {
                self.names.extend([tag.clone(), content.clone()]);
                return;
            }
            Tagging::Internal(tag) => {
                self.names.insert(tag.clone());
            }
            Tagging::Untagged => {}
        }
        choices
            .iter()
            .filter_map(|choice| choice.value.as_ref())
            .for_each(|value| self.add(value));
    }
}

//! The check that no two of the names that a set reads are one.

use crate::constant::{Text, fnv, same};
use crate::event::EventName;

/// One stored name of a set, and what reads it.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    name: &'static str,
    read: Read,
}

#[derive(Clone, Copy, Debug)]
enum Read {
    Variant(&'static str),
    Split(&'static str),
    Dropped,
}

impl Name {
    /// A name of the event in a variant.
    #[must_use]
    pub const fn variant(variant: &'static str, name: EventName) -> Self {
        let read = Read::Variant(variant);
        Self { name, read }
    }

    /// A name of an event that is split.
    #[must_use]
    pub const fn split(event: &'static str, name: EventName) -> Self {
        let read = Read::Split(event);
        Self { name, read }
    }

    /// A name that is dropped.
    #[must_use]
    pub const fn dropped(name: EventName) -> Self {
        let read = Read::Dropped;
        Self { name, read }
    }
}

/// All stored names of a set.
///
/// The names stand in the expansion once, and each asks for itself; handing each the names before it would make the text of a set grow
/// with the square of its events.
#[derive(Debug)]
pub struct Names<const N: usize> {
    set: &'static str,
    names: [Name; N],
    hashes: [u64; N],
}

impl<const N: usize> Names<N> {
    /// The names of a set: those of its events, its aliases, then what is dropped.
    #[must_use]
    pub const fn new(set: &'static str, names: [Name; N]) -> Self {
        let (mut hashes, mut at) = ([0; N], 0);
        while at < N {
            hashes[at] = fnv(names[at].name);
            at += 1;
        }
        Self { set, names, hashes }
    }

    /// Compares one name with those before it.
    ///
    /// # Panics
    /// If one of them is the same: while the user's crate is compiled, on the token that gives the later one.
    #[track_caller]
    pub const fn assert_unique(&self, which: usize) {
        let mut before = 0;
        while before < which {
            if self.hashes[before] == self.hashes[which] && same(self.names[before].name, self.names[which].name) {
                self.refuse(before, which);
            }
            before += 1;
        }
    }

    #[track_caller]
    const fn refuse(&self, first: usize, second: usize) {
        let name = self.names[first].name;
        if is_stub(name) {
            return;
        }
        let text = match (self.names[first].read, self.names[second].read) {
            (Read::Dropped, Read::Dropped) => quoted(Text::new(), name).push(" is dropped twice: remove one"),
            (Read::Dropped, Read::Variant(read) | Read::Split(read))
            | (Read::Variant(read) | Read::Split(read), Read::Dropped) => quoted(Text::new(), name)
                .push(" is dropped and is also read as `")
                .push(read)
                .push("`: remove one"),
            (Read::Variant(a), Read::Variant(b)) | (Read::Split(a), Read::Split(b)) if same(a, b) => {
                let text = self.reader(Text::new(), first).push(" is stored under the name ");
                quoted(text, name).push(" already: remove the alias")
            }
            _ => {
                let text = self.reader(Text::new(), first).push(" and ");
                quoted(self.reader(text, second).push(" are both stored under the name "), name)
            }
        };
        panic!("{}", text.as_str());
    }

    const fn reader(&self, text: Text, which: usize) -> Text {
        match self.names[which].read {
            Read::Variant(variant) => text.push("`").push(self.set).push("::").push(variant).push("`"),
            Read::Split(event) => text.push("`").push(event).push("`"),
            Read::Dropped => text,
        }
    }
}

const fn quoted(text: Text, name: &str) -> Text {
    text.push("\"").push(name).push("\"")
}

/// Whether the name is that of an event whose own mistake is already reported.
const fn is_stub(name: EventName) -> bool {
    name.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<4> = Names::new(
        "Set",
        [
            Name::variant("A", "a"),
            Name::variant("B", ""),
            Name::split("C", "c"),
            Name::dropped(""),
        ],
    );

    #[test]
    fn different_names_and_stubs_pass() {
        for name in 0..4 {
            NAMES.assert_unique(name);
        }
    }

    fn said(first: Name, second: Name) -> String {
        let names = Names::new("Set", [first, second]);
        let refused = std::panic::catch_unwind(|| names.assert_unique(1)).expect_err("two of one name");
        refused.downcast_ref::<String>().expect("a text").clone()
    }

    #[test]
    fn one_name_for_two_is_refused() {
        let variant = |variant| Name::variant(variant, "a");
        let (split, dropped) = (Name::split("Old", "a"), Name::dropped("a"));
        for (first, second, words) in [
            (
                variant("A"),
                variant("B"),
                "`Set::A` and `Set::B` are both stored under the name \"a\"",
            ),
            (
                variant("A"),
                variant("A"),
                "`Set::A` is stored under the name \"a\" already: remove the alias",
            ),
            (
                variant("A"),
                split,
                "`Set::A` and `Old` are both stored under the name \"a\"",
            ),
            (
                variant("A"),
                dropped,
                "\"a\" is dropped and is also read as `A`: remove one",
            ),
            (split, dropped, "\"a\" is dropped and is also read as `Old`: remove one"),
            (dropped, dropped, "\"a\" is dropped twice: remove one"),
        ] {
            assert_eq!(said(first, second), words);
        }
    }
}

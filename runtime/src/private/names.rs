//! The check that no two events of a set are stored under one name.

use crate::constant::{Text, fnv, same};
use crate::event::EventName;

/// The variants of a set and the names that their events are stored under.
///
/// The names stand in the expansion once, and each variant asks for itself; handing each the names before it would make the text of a set
/// grow with the square of its events.
#[derive(Debug)]
pub struct Names<const N: usize> {
    set: &'static str,
    variants: [&'static str; N],
    names: [EventName; N],
    hashes: [u64; N],
}

impl<const N: usize> Names<N> {
    /// The names of a set, in the order of its variants.
    #[must_use]
    pub const fn new(set: &'static str, variants: [&'static str; N], names: [EventName; N]) -> Self {
        let (mut hashes, mut at) = ([0; N], 0);
        while at < N {
            hashes[at] = fnv(names[at]);
            at += 1;
        }
        Self {
            set,
            variants,
            names,
            hashes,
        }
    }

    /// Compares the name of one variant with those before it.
    ///
    /// # Panics
    /// If one of them has the same name: while the user's crate is compiled, on the type of the variant.
    #[track_caller]
    pub const fn assert_unique(&self, variant: usize) {
        let mut before = 0;
        while before < variant {
            if self.hashes[before] == self.hashes[variant] && same(self.names[before], self.names[variant]) {
                self.refuse(before, variant);
            }
            before += 1;
        }
    }

    #[track_caller]
    const fn refuse(&self, first: usize, second: usize) {
        let name = self.names[first];
        if is_stub(name) {
            return;
        }
        let text = Text::new()
            .push("`")
            .push(self.set)
            .push("::")
            .push(self.variants[first])
            .push("` and `");
        let text = text.push(self.set).push("::").push(self.variants[second]);
        let text = text.push("` are both stored under the name \"").push(name).push("\"");
        panic!("{}", text.as_str());
    }
}

/// Whether the name is that of an event whose own mistake is already reported.
const fn is_stub(name: EventName) -> bool {
    name.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<4> = Names::new("Set", ["A", "B", "C", "D"], ["a", "", "b", ""]);

    #[test]
    fn different_names_and_stubs_pass() {
        for variant in 0..4 {
            NAMES.assert_unique(variant);
        }
    }

    #[test]
    fn one_name_for_two_is_refused() {
        let names = Names::new("Set", ["A", "B"], ["a", "a"]);
        let refused = std::panic::catch_unwind(|| names.assert_unique(1)).expect_err("two of one name");
        let said = refused.downcast_ref::<String>().expect("a text");
        assert_eq!(said, "`Set::A` and `Set::B` are both stored under the name \"a\"");
    }
}

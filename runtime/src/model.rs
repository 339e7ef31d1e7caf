//! The model as data: what the macros know of a domain, as constants.

/// A list of constants that generic code can join; a `&'static [T]` cannot be, because the length of an array may not come from a
/// generic's constant.
#[derive(Debug)]
pub enum Tree<T: 'static> {
    /// No entry.
    Nothing,
    /// One entry.
    One(T),
    /// The entries of all of these, in order.
    All(&'static [&'static Self]),
}

impl<T> Tree<T> {
    /// Calls `out` with each entry, in order; an entry that stands twice comes twice.
    pub fn each(&'static self, out: &mut dyn FnMut(&'static T)) {
        match self {
            Self::Nothing => {}
            Self::One(one) => out(one),
            Self::All(all) => all.iter().for_each(|tree| tree.each(out)),
        }
    }

    /// All entries, in order.
    ///
    /// ```
    /// use recount::model::Tree;
    ///
    /// static TREE: Tree<u8> = Tree::All(&[&Tree::One(1), &Tree::Nothing, &Tree::All(&[&Tree::One(2)])]);
    /// assert_eq!(TREE.entries(), [&1, &2]);
    /// ```
    #[must_use]
    pub fn entries(&'static self) -> Vec<&'static T> {
        let mut entries = Vec::new();
        self.each(&mut |entry| entries.push(entry));
        entries
    }
}

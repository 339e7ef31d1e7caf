//! The uses of the macros whose expansions are snapshots and stand in `docs/generated.md`.

mod events;
mod handlers;

/// One use of a macro: the file's name, the heading and the words in the docs, and the program.
pub(crate) struct Example {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) input: &'static str,
}

/// All of them, in the order of the docs.
pub(crate) fn all() -> impl Iterator<Item = &'static Example> {
    events::EXAMPLES.iter().chain(handlers::EXAMPLES)
}

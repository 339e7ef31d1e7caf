//! Where generated code says that it stands.

use proc_macro2::Span;

/// For a generated item: underlined like the user's token, and known to lints as generated.
pub(crate) fn generated(at: Span) -> Span {
    Span::call_site().located_at(at)
}

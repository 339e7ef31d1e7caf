//! What `#[schema(..)]` says of a type that has no schema of its own, or whose format is another one.

use syn::LitStr;

/// In place of the shape of the type.
pub(crate) enum Form {
    /// One value in a named format.
    Scalar { name: LitStr, example: LitStr },
    /// Anything.
    Opaque,
    /// What is expanded elsewhere in the payload.
    ByName(LitStr),
}

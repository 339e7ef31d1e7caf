//! What every macro needs and what knows nothing of events.

pub(crate) mod attributes;
pub(crate) mod errors;
pub(crate) mod json;
pub(crate) mod near;
pub(crate) mod runtime;
pub(crate) mod shown;
pub(crate) mod spans;
pub(crate) mod types;
pub(crate) mod words;

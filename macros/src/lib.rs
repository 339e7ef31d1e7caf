//! The macros of recount.

//! Event sourcing and CQRS for Rust, declared instead of wired.

//! What was stored years ago is read as what the program has today: every way to say so, and every way in which others have failed.

mod bytes;
mod chain;
mod elsewhere;
mod fields;
mod kept;
mod kit;
mod locked;
mod readers;
mod recipes;
mod rules;
mod written;

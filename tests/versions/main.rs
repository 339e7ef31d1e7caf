//! What was stored years ago is read as what the program has today: every way to say so, and every way in which others have failed.

mod kept;
mod kit;
mod recipes;

//! The laws of `recount::laws!`: a sound domain keeps all of them, and for each there is a domain that breaks it.

#![allow(unreachable_pub, reason = "the domains are written as they would be in a library")]

mod commands;
mod events;
mod folds;
mod kit;
mod orders;
mod past;
mod sound;
mod views;

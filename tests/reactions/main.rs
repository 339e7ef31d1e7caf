//! Policies and processes as users meet them: what they send and when, what becomes of failures, and that a crash changes none of it.

#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

mod bank;
mod builds;
mod composing;
mod crashes;
mod crashing;
mod keeping;
mod loops;
mod pay;
mod policies;
mod processes;
mod publishers;
mod status;

//! Without an event there is nothing that could be read or folded.

use recount::Event;

#[derive(Event)]
pub enum AccountEvent {}

fn main() {}

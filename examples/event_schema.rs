//! The stored shapes of all examples, against `events.lock` beside this file.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::print_stdout,
    reason = "the domains of the programs, of which only the events are looked at"
)]

#[path = "bank/account.rs"]
mod account;
#[path = "bank/loan.rs"]
mod loan;
#[path = "bank/money.rs"]
mod money;
#[path = "evolution/release_3.rs"]
mod release_3;
#[path = "evolution/release_5.rs"]
mod release_5;

recount::schema_test!(account::AccountEvent, loan::LoanEvent, release_5::ParcelEvent);

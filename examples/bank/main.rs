//! A bank on a `FileStore`.
//!
//! `cargo run --example bank` runs a short day and shows what happened; the next run goes on from what is on disk.
//! `cargo run --release --example bank -- DIRECTORY` runs a year of a real bank from its tables (`tables.rs` says which).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program for the terminal"
)]
#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

mod account;
mod day;
mod loan;
mod money;
mod tables;
mod year;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use recount::{FileStore, Runtime};

use crate::account::Account;
use crate::loan::Loan;

/// Starts the bank on the store of this directory, which is made if it is not there.
async fn start(store: &Path) -> anyhow::Result<Runtime> {
    let store = FileStore::open(store).await?;
    Ok(Runtime::builder()
        .store(store)
        .aggregate::<Account>()
        .aggregate::<Loan>()
        .start()
        .await?)
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let done = match arguments.as_slice() {
        [] => day::run(Path::new("target/bank")).await,
        // The year ends with a fresh process that folds what the first one has left.
        [word, tables, store] if word == Path::new(year::BALANCES) => year::print_balances(tables, store).await,
        [tables] => year::run(tables, Path::new("target/bank-year")).await,
        [tables, store] => year::run(tables, store).await,
        _ => Err(anyhow::anyhow!(
            "usage: bank [DIRECTORY OF TABLES [DIRECTORY OF THE STORE]]"
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

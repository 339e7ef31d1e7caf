//! `cargo recount`: arguments and printing over what the runtime offers.

mod args;
mod check;
mod diff;
mod difference;
mod export;
mod failure;
mod lock_file;
mod merge;
mod package;
mod paint;
mod report;
mod review;
mod schema_test;
mod seal;
mod show;
mod snapshots;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Area, Cargo, Lock, Snapshots};
use failure::Failure;

/// Nothing to do, or all of it was done.
const DONE: u8 = 0;
/// The lock and the types differ, or something was not accepted.
const DIFFERENT: u8 = 1;
/// It could not run. clap ends with the same number because of a wrong argument.
const COULD_NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let Cargo::Recount(recount) = Cargo::parse();
    let mut out = anstream::stdout().lock();
    let code = match recount.area {
        Area::Lock { command } => lock(&command, &mut out),
        Area::Snapshots { command } => snapshots(&command, &mut out),
    };
    let code = match code {
        Ok(code) => code,
        // Whoever read the output has seen enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => DONE,
        Err(failure) => {
            paint::failure(&failure);
            COULD_NOT_RUN
        }
    };
    ExitCode::from(code)
}

fn lock(command: &Lock, out: &mut dyn Write) -> Result<u8, Failure> {
    let is_done = match command {
        Lock::Check { packages, test, base } => check::run(packages, test, base.as_deref(), out)?,
        Lock::Diff { packages, test, json } => diff::run(packages, test, *json, out)?,
        Lock::Review { packages, test, yes } => review::run(packages, test, *yes, out)?,
        Lock::Seal {
            packages,
            test,
            release,
        } => seal::run(packages, test, release.as_deref(), out)?,
        Lock::Merge { base, ours, theirs } => merge::run(base, ours, theirs)?,
        Lock::Export {
            packages,
            format,
            lock,
            output,
        } => {
            export::run(packages, lock.as_deref(), *format, output.as_deref(), out)?;
            true
        }
    };
    Ok(if is_done { DONE } else { DIFFERENT })
}

fn snapshots(command: &Snapshots, out: &mut dyn Write) -> Result<u8, Failure> {
    match command {
        Snapshots::Warm {
            store,
            what,
            snapshots,
            program,
            packages,
            cargo_args,
        } => {
            let program = snapshots::Program::build(packages, program, cargo_args)?;
            program.warm(store, snapshots.as_deref(), what)
        }
        Snapshots::Drop { directory, what, all } => {
            let what = if *all { None } else { Some(what.as_slice()) };
            snapshots::drop(directory, what, out)?;
            Ok(DONE)
        }
    }
}

//! What can be typed behind `cargo recount`, and the help that is shown for it.

use std::path::PathBuf;

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

/// As cargo's own help.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing to do, or all of it was done
  1  the lock and the types differ, or something was not accepted
  2  it could not run: no test, no lock, a build that fails, a wrong argument";

const LOCK_STORY: &str = "\
events.lock says what every version of every event looks like in a store. It lies beside the Cargo.toml of the package that has the test
target `event_schema`, and is reviewed like code. Only that test knows the types of today, so all commands but `export` build and run it.

  cargo recount lock diff       what has changed since the lock was written, and what that does to stored events
  cargo recount lock review     accept it, one entry after another
  cargo recount lock check      in CI: fails where lock, goldens and types are not one; writes nothing
  cargo recount lock seal       in the release job: drafts become sealed, and from then on take no change that loses something";

const SNAPSHOTS_STORY: &str = "\
Snapshots are folded states, kept beside the events so that a load need not begin with the first one. They are a cache: dropping them changes
no answer, and costs the next load of each aggregate its whole stream.

  cargo recount snapshots drop data --all          they are gone; nobody else may have the directory open
  cargo recount snapshots warm data                builds and runs the program `snapshots` of your package, which writes them anew

Only your code knows how your events are folded. The program is one line, src/bin/snapshots.rs or examples/snapshots.rs:

  recount::snapshots_main!(bank::Account, bank::Loan);";

const SNAPSHOTS_EXIT_CODES: &str = "\
Exit codes:
  0  all of it was done
  1  some aggregates could not be folded, or their snapshots not written
  2  it could not run: no store, no program, a build that fails, a wrong argument";

/// What cargo runs: this program, with `recount` as the first word.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo", styles = STYLES)]
pub(crate) enum Cargo {
    Recount(Recount),
}

/// Event sourcing for Rust: what recount keeps beside your code
#[derive(Debug, Args)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Recount {
    #[command(subcommand)]
    pub(crate) area: Area,
}

/// One for each thing that is kept.
#[derive(Debug, Subcommand)]
pub(crate) enum Area {
    /// The stored shape of every event: events.lock
    #[command(arg_required_else_help = true, before_long_help = LOCK_STORY, after_help = EXIT_CODES)]
    Lock {
        #[command(subcommand)]
        command: Lock,
    },
    /// The folded states that are kept beside events
    #[command(arg_required_else_help = true, before_long_help = SNAPSHOTS_STORY, after_help = SNAPSHOTS_EXIT_CODES)]
    Snapshots {
        #[command(subcommand)]
        command: Snapshots,
    },
}

/// What can be done with snapshots.
#[derive(Debug, Subcommand)]
pub(crate) enum Snapshots {
    /// Write a snapshot of now of aggregates in a file store, by the program of your package
    ///
    /// The program has the store to itself: stop what uses it first.
    #[command(after_help = SNAPSHOTS_EXIT_CODES)]
    Warm {
        /// The directory of the file store
        store: PathBuf,
        /// Only these: aggregates such as `account`, or single ones such as `account/acc-101`
        what: Vec<String>,
        /// Where the snapshots are kept, if not beside the events
        #[arg(long, value_name = "DIR")]
        snapshots: Option<PathBuf>,
        /// The binary or example that holds `recount::snapshots_main!(..)`
        #[arg(long, value_name = "NAME", default_value = "snapshots")]
        program: String,
        #[command(flatten)]
        packages: Packages,
        /// Passed on to `cargo build` and `cargo run`, such as `--release` or `--features x`
        #[arg(last = true, value_name = "CARGO_ARGS")]
        cargo_args: Vec<String>,
    },
    /// Remove snapshots; builds nothing
    #[command(after_help = SNAPSHOTS_EXIT_CODES, group = ArgGroup::new("which").required(true))]
    Drop {
        /// The directory that they are kept in
        directory: PathBuf,
        /// Those of these: aggregates such as `account`, or single ones such as `account/acc-101`
        #[arg(group = "which")]
        what: Vec<String>,
        /// Those of all aggregates
        #[arg(long, group = "which")]
        all: bool,
    },
}

/// What can be done with a lock.
#[derive(Debug, Subcommand)]
pub(crate) enum Lock {
    /// Hold the lock, the goldens and the examples against the types of today; write nothing
    #[command(after_help = EXIT_CODES)]
    Check {
        /// Compare also with every entry that is sealed in this git revision, so that nobody edits a sealed one by hand
        #[arg(long, value_name = "REVISION")]
        base: Option<String>,
        #[command(flatten)]
        packages: Packages,
        #[command(flatten)]
        test: Test,
    },
    /// Show how the types of today differ from the lock, and what that does to stored events
    #[command(after_help = EXIT_CODES)]
    Diff {
        /// Print one JSON document; its form is in docs/guide/schema-lock.md
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        packages: Packages,
        #[command(flatten)]
        test: Test,
    },
    /// Accept differences into the lock, one after another
    ///
    /// Shows each difference with its verdict and the lines that change, and asks. Drafts, new entries and changes that lose nothing may be
    /// accepted. A change of a sealed entry that fails a verdict is shown with its cure, and is never accepted: change the type instead.
    #[command(after_help = EXIT_CODES)]
    Review {
        /// Accept all that may be accepted, without asking
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        packages: Packages,
        #[command(flatten)]
        test: Test,
    },
    /// Seal every draft: from now on its events may lie in stores
    ///
    /// For the job that releases. Writes what may be accepted first, and seals nothing if something may not.
    #[command(after_help = EXIT_CODES)]
    Seal {
        /// Note the release by this name: as long as it is `live`, no later build writes what it cannot read
        #[arg(long, value_name = "NAME")]
        release: Option<String>,
        #[command(flatten)]
        packages: Packages,
        #[command(flatten)]
        test: Test,
    },
    /// Put two branches of a lock together, entry by entry; git calls this
    ///
    /// git compares lines, and so mixes up two events that both branches have added at one place. As its merge driver this does not:
    ///
    ///   echo 'events.lock merge=recount' >> .gitattributes
    ///   git config merge.recount.driver 'cargo recount lock merge %O %A %B'
    #[command(after_help = EXIT_CODES, verbatim_doc_comment)]
    Merge {
        /// The lock that both branches began with; git's %O
        base: PathBuf,
        /// Ours, which becomes the result; git's %A
        ours: PathBuf,
        /// Theirs; git's %B
        theirs: PathBuf,
    },
    /// Write what the lock says in another language; builds nothing
    #[command(after_help = EXIT_CODES)]
    Export {
        /// The language
        #[arg(long, value_enum)]
        format: Format,
        /// Read this lock instead of looking for packages
        #[arg(long, value_name = "FILE", conflicts_with_all = ["package", "workspace", "manifest_path"])]
        lock: Option<PathBuf>,
        /// Write into this file instead of the standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        packages: Packages,
    },
}

/// Which packages; without any of these the one around the working directory, or the default members of its workspace.
#[derive(Debug, Args)]
#[command(next_help_heading = "Packages")]
pub(crate) struct Packages {
    /// Only this package; may be given more than once
    #[arg(long, short, value_name = "NAME")]
    pub(crate) package: Vec<String>,
    /// All packages of the workspace
    #[arg(long, conflicts_with = "package")]
    pub(crate) workspace: bool,
    /// Work on the package or workspace of this Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

/// The test that knows the types.
#[derive(Debug, Args)]
#[command(next_help_heading = "The schema test")]
pub(crate) struct Test {
    /// The test target that holds `recount::schema_test!(..)`
    #[arg(long, value_name = "NAME", default_value = "event_schema")]
    pub(crate) test: String,
    /// Passed on to `cargo test`, such as `--features x` or `--locked`
    #[arg(last = true, value_name = "CARGO_ARGS")]
    pub(crate) cargo_args: Vec<String>,
}

/// What a lock can be written as.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// One JSON Schema (2020-12) with a definition `context/name/vN` for each version of each event
    JsonSchema,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn clap_finds_nothing_wrong() {
        Cargo::command().debug_assert();
    }
}

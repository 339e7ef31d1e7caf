//! `Failure`: why a command could not run, and what to do about it.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::{fmt, io};

use recount::schema::LockError;
use recount::{InvalidName, SnapshotError};

/// Why a command could not run. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("cargo could not be started")]
    Cargo(#[source] io::Error),
    #[error("cargo does not know the packages here: see above")]
    Metadata,
    #[error("`cargo metadata` wrote something unexpected")]
    MetadataForm(#[source] serde_json::Error),
    #[error("no package `{name}` in this workspace, which has {}", Names(known))]
    NoPackage { name: String, known: Vec<String> },
    #[error(
        "no test target `{test}` in {}\n\
         write it, tests/{test}.rs beside the Cargo.toml of the package that declares the events, with one line:\n\
         \n    recount::schema_test!({}::AccountEvent);\n\
         \nwith the names of your own event sets; or say with `--test` what it is called",
        Names(packages),
        crate_name(packages)
    )]
    NoTest { test: String, packages: Vec<String> },
    #[error(
        "no events.lock in {}\n`cargo recount lock review` writes the first one, with the events that its schema test names",
        Names(packages)
    )]
    NoLock { packages: Vec<String> },
    #[error("the schema test of `{package}` does not build: mend what the compiler says above, then run this again")]
    Build { package: String },
    #[error(
        "the schema test of `{package}` ended ({status}) and did not say what the shapes of today are\n\
         it has to hold `recount::schema_test!(..)`, of the same version as this program; what it printed:\n\n{output}"
    )]
    NoReport {
        package: String,
        status: ExitStatus,
        output: String,
    },
    #[error(
        "no binary and no example `{program}` in {}\n\
         write it, src/bin/{program}.rs or examples/{program}.rs, with one line:\n\
         \n    recount::snapshots_main!({}::Account);\n\
         \nwith the names of your own aggregates; or say with `--program` what it is called",
        Names(packages),
        crate_name(packages)
    )]
    NoProgram { program: String, packages: Vec<String> },
    #[error("{} have a program `{program}`; run one of them: `-p <package>`", Names(packages))]
    Programs { program: String, packages: Vec<String> },
    #[error("`{program}` of `{package}` does not build: mend what the compiler says above, then run this again")]
    BuildProgram { package: String, program: String },
    #[error("`{program}` was ended from outside ({status})")]
    Killed { program: String, status: ExitStatus },
    #[error("{} is no directory", .0.display())]
    NoDirectory(PathBuf),
    #[error("`{name}` names no stream")]
    NoStream { name: String, source: InvalidName },
    #[error("the snapshots in {} could not be dropped", directory.display())]
    Snapshots { directory: PathBuf, source: SnapshotError },
    #[error("{0}")]
    CannotCheck(String),
    #[error(
        "the report of the schema test is not in the form that this program knows: are recount and cargo-recount of one version?"
    )]
    ReportForm(#[source] serde_json::Error),
    #[error("{} is no lock", path.display())]
    Lock { path: PathBuf, source: LockError },
    #[error("{action} {} failed", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("two packages have `{0}` in their locks; export one of them: `-p <package>`")]
    Twice(String),
    #[error("there is no terminal to ask on: `--yes` accepts all that may be accepted")]
    NoTerminal,
    #[error("writing the output failed")]
    Output(#[from] io::Error),
}

impl Failure {
    /// For `map_err` of what touches a file.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}

/// `bank`, `web` and `tools`.
struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((last, names)) = self.0.split_last() else {
            return f.write_str("no package");
        };
        for (place, name) in names.iter().enumerate() {
            write!(f, "{}`{name}`", if place == 0 { "" } else { ", " })?;
        }
        write!(f, "{}`{last}`", if names.is_empty() { "" } else { " and " })
    }
}

/// What the first package is called in Rust.
fn crate_name(packages: &[String]) -> String {
    packages
        .first()
        .map_or_else(|| "bank".to_owned(), |name| name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_a_sentence() {
        let names = |names: &[&str]| Names(&names.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string();
        assert_eq!(names(&[]), "no package");
        assert_eq!(names(&["bank"]), "`bank`");
        assert_eq!(names(&["bank", "web"]), "`bank` and `web`");
        assert_eq!(names(&["bank", "web", "tools"]), "`bank`, `web` and `tools`");
    }
}

//! `cargo recount snapshots`: dropping what is kept in a directory, and warming by the user's own program.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use recount::{FileSnapshots, SnapshotError, SnapshotStore, StreamId};

use crate::args::Packages;
use crate::failure::Failure;
use crate::package::{Package, ProgramKind, cargo, with_program};
use crate::show;

/// The program of the user's package that knows how its events are folded, built.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    package: Package,
    kind: ProgramKind,
    name: &'a str,
    cargo_args: &'a [String],
}

impl<'a> Program<'a> {
    /// Builds it first, because cargo ends alike after a build that fails and after a program that could not run.
    ///
    /// # Errors
    /// If no package has it, several have, or it does not build.
    pub(crate) fn build(asked: &Packages, name: &'a str, cargo_args: &'a [String]) -> Result<Self, Failure> {
        let (package, kind) = with_program(asked, name)?;
        let program = Self {
            package,
            kind,
            name,
            cargo_args,
        };
        let status = program
            .cargo("build")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        match status.map_err(Failure::Cargo)?.success() {
            true => Ok(program),
            false => Err(Failure::BuildProgram {
                package: program.package.name,
                program: name.to_owned(),
            }),
        }
    }

    /// Runs it on a store, where this program was started; it says itself what it has done. Its exit code is ours.
    ///
    /// # Errors
    /// If it cannot be started, or ends without a code.
    pub(crate) fn warm(&self, store: &Path, snapshots: Option<&Path>, what: &[String]) -> Result<u8, Failure> {
        let mut command = self.cargo("run");
        command.args(["--quiet", "--"]).arg(store);
        if let Some(directory) = snapshots {
            command.arg("--snapshots").arg(directory);
        }
        let status = command
            .args(what)
            .stdin(Stdio::null())
            .status()
            .map_err(Failure::Cargo)?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        code.ok_or_else(|| Failure::Killed {
            program: self.name.to_owned(),
            status,
        })
    }

    fn cargo(&self, verb: &str) -> Command {
        let mut command = Command::new(cargo());
        command
            .arg(verb)
            .arg("--manifest-path")
            .arg(&self.package.manifest_path);
        command.args(["--package", &self.package.id, self.kind.flag(), self.name]);
        command.args(self.cargo_args);
        command
    }
}

/// Removes the snapshots of these aggregates and streams, or of all.
///
/// # Errors
/// If there is no such directory, another process uses it, or something cannot be removed.
pub(crate) fn drop(directory: &Path, what: Option<&[String]>, out: &mut dyn Write) -> Result<(), Failure> {
    if !directory.is_dir() {
        return Err(Failure::NoDirectory(directory.to_owned()));
    }
    let executor = tokio::runtime::Builder::new_current_thread().build();
    let executor = executor.map_err(Failure::file("waiting for", directory))?;
    let snapshots = FileSnapshots::new(directory);
    let failed = |source: SnapshotError| Failure::Snapshots {
        directory: directory.to_owned(),
        source,
    };
    let streams = executor.block_on(snapshots.streams()).map_err(failed)?;
    let mut dropped: BTreeMap<String, usize> = BTreeMap::new();
    for (one, is_stream) in asked(what, &streams)? {
        let is_it = |stream: &&StreamId| {
            if is_stream {
                stream.as_str() == one
            } else {
                stream.category() == one
            }
        };
        let found: Vec<&StreamId> = streams.iter().filter(is_it).collect();
        if is_stream {
            for stream in &found {
                executor.block_on(snapshots.remove(stream)).map_err(failed)?;
            }
        } else {
            executor.block_on(snapshots.remove_all(&one)).map_err(failed)?;
        }
        dropped.insert(one, found.len());
    }
    for (one, count) in &dropped {
        writeln!(out, "{one}: {} dropped", show::count(*count, "snapshot", "snapshots"))?;
    }
    if dropped.is_empty() {
        writeln!(out, "there is no snapshot in {}", directory.display())?;
    }
    Ok(())
}

/// Each name, and whether it is that of one stream; without any those of all aggregates that have a snapshot.
fn asked(what: Option<&[String]>, streams: &[StreamId]) -> Result<BTreeMap<String, bool>, Failure> {
    let Some(what) = what else {
        return Ok(streams
            .iter()
            .map(|stream| (stream.category().to_owned(), false))
            .collect());
    };
    let named = what.iter().map(|name| match name.contains('/') {
        true => match name.parse::<StreamId>() {
            Ok(stream) => Ok((stream.as_str().to_owned(), true)),
            Err(source) => Err(Failure::NoStream {
                name: name.clone(),
                source,
            }),
        },
        false => Ok((name.clone(), false)),
    });
    named.collect()
}

//! `Package`: where locks and schema tests are, as `cargo metadata` tells it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::args::Packages;
use crate::failure::Failure;

/// A package of the user's workspace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name for `cargo test -p`, which is not taken for a dependency of that name.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    targets: Vec<Target>,
    /// Of all packages; cargo says it once.
    #[serde(skip)]
    workspace_root: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// What cargo calls a program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ProgramKind {
    Binary,
    Example,
}

impl ProgramKind {
    /// The option that names one.
    pub(crate) const fn flag(self) -> &'static str {
        match self {
            Self::Binary => "--bin",
            Self::Example => "--example",
        }
    }
}

/// What is needed of `cargo metadata`: so little that a crate for it would cost more than it saves.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_default_members: Vec<String>,
    workspace_root: PathBuf,
}

impl Package {
    /// The lock of its events: beside its `Cargo.toml`, or in a folder above, where a schema test of several crates has been told so.
    pub(crate) fn lock(&self) -> Option<PathBuf> {
        let folders = self.manifest_path.ancestors().skip(1);
        let inside = folders.take_while(|folder| folder.starts_with(&self.workspace_root));
        inside
            .map(|folder| folder.join("events.lock"))
            .find(|path| path.is_file())
    }

    /// Whether it has a binary or an example of this name.
    fn program(&self, name: &str) -> Option<ProgramKind> {
        let named = self.targets.iter().filter(|target| target.name == name);
        let mut kinds = named.flat_map(|target| &target.kind);
        kinds.find_map(|kind| match kind.as_str() {
            "bin" => Some(ProgramKind::Binary),
            "example" => Some(ProgramKind::Example),
            _ => None,
        })
    }

    fn has_test(&self, name: &str) -> bool {
        let is_it = |target: &Target| target.name == name && target.kind.iter().any(|kind| kind == "test");
        self.targets.iter().any(is_it)
    }
}

/// The cargo that started this program, or the one in the path.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The packages that were asked for and have this test target.
///
/// # Errors
/// If there is none, or one that was named has none.
pub(crate) fn with_test(asked: &Packages, test: &str) -> Result<Vec<Package>, Failure> {
    let packages = select(asked, read(asked)?)?;
    keep(asked, packages, |package| package.has_test(test)).map_err(|packages| Failure::NoTest {
        test: test.to_owned(),
        packages,
    })
}

/// The one package that was asked for and has a program of this name.
///
/// # Errors
/// If there is none, or there are several.
pub(crate) fn with_program(asked: &Packages, program: &str) -> Result<(Package, ProgramKind), Failure> {
    let mut packages = select(asked, read(asked)?)?;
    let names = |packages: Vec<Package>| packages.into_iter().map(|package| package.name).collect();
    let with = |package: &Package| package.program(program).is_some();
    if !packages.iter().any(with) {
        return Err(Failure::NoProgram {
            program: program.to_owned(),
            packages: names(packages),
        });
    }
    packages.retain(with);
    match (packages.pop(), packages.is_empty()) {
        (Some(package), true) => {
            let kind = package.program(program).unwrap_or(ProgramKind::Binary);
            Ok((package, kind))
        }
        (last, _) => {
            packages.extend(last);
            Err(Failure::Programs {
                program: program.to_owned(),
                packages: names(packages),
            })
        }
    }
}

/// The packages that were asked for and have a lock.
///
/// # Errors
/// If there is none, or one that was named has none.
pub(crate) fn with_lock(asked: &Packages) -> Result<Vec<Package>, Failure> {
    let packages = select(asked, read(asked)?)?;
    keep(asked, packages, |package| package.lock().is_some()).map_err(|packages| Failure::NoLock { packages })
}

/// Of packages that were named each must have it; otherwise those without it are not meant. The error has the names of those without.
fn keep(asked: &Packages, packages: Vec<Package>, has: impl Fn(&Package) -> bool) -> Result<Vec<Package>, Vec<String>> {
    let (with, without): (Vec<_>, Vec<_>) = packages.into_iter().partition(has);
    if with.is_empty() || !(asked.package.is_empty() || without.is_empty()) {
        return Err(without.into_iter().map(|package| package.name).collect());
    }
    Ok(with)
}

fn read(asked: &Packages) -> Result<Metadata, Failure> {
    let mut command = Command::new(cargo());
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    if let Some(path) = &asked.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(Failure::Cargo)?;
    if !output.status.success() {
        return Err(Failure::Metadata);
    }
    serde_json::from_slice(&output.stdout).map_err(Failure::MetadataForm)
}

/// As cargo chooses: those that were named, all, the one around the working directory, or at the root of a workspace its default members.
fn select(asked: &Packages, metadata: Metadata) -> Result<Vec<Package>, Failure> {
    let Metadata {
        mut packages,
        workspace_default_members: default,
        workspace_root: root,
    } = metadata;
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    for package in &mut packages {
        package.workspace_root.clone_from(&root);
    }
    if asked.workspace {
        return Ok(packages);
    }
    if let Some(name) = asked
        .package
        .iter()
        .find(|name| packages.iter().all(|package| package.name != **name))
    {
        let known = packages.into_iter().map(|package| package.name).collect();
        return Err(Failure::NoPackage {
            name: name.clone(),
            known,
        });
    }
    if !asked.package.is_empty() {
        packages.retain(|package| asked.package.contains(&package.name));
        return Ok(packages);
    }
    let manifest = manifest(asked.manifest_path.as_deref());
    let is_around = |package: &Package| Some(&package.manifest_path) == manifest.as_ref();
    if manifest != Some(root.join("Cargo.toml")) && packages.iter().any(is_around) {
        packages.retain(is_around);
    } else {
        packages.retain(|package| default.contains(&package.id));
    }
    Ok(packages)
}

/// The `Cargo.toml` that was named, or the nearest one above the working directory.
fn manifest(named: Option<&Path>) -> Option<PathBuf> {
    if let Some(named) = named {
        return named.canonicalize().ok();
    }
    let folder = env::current_dir().ok()?;
    folder
        .ancestors()
        .map(|folder| folder.join("Cargo.toml"))
        .find(|path| path.is_file())
}

//! `SchemaTest`: the user's `recount::schema_test!`, the one program that knows the types of today.

use std::env;
use std::ffi::OsStr;
use std::process::{Command, ExitStatus, Stdio};

use crate::args::Test;
use crate::failure::Failure;
use crate::package::{Package, cargo};
use crate::report::Reports;

/// The schema test of one package, built.
#[derive(Debug)]
pub(crate) struct SchemaTest<'a> {
    package: &'a Package,
    test: &'a Test,
}

/// How a test ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    /// What it printed, which is of use where the reports say nothing.
    pub(crate) output: String,
    pub(crate) reports: Reports,
}

impl<'a> SchemaTest<'a> {
    /// Builds it first, because cargo ends alike after a build that fails and after a test that fails.
    ///
    /// # Errors
    /// If it does not build.
    pub(crate) fn build(package: &'a Package, test: &'a Test) -> Result<Self, Failure> {
        let schema_test = Self { package, test };
        let mut command = schema_test.command();
        let status = command
            .arg("--no-run")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        match status.map_err(Failure::Cargo)?.success() {
            true => Ok(schema_test),
            false => Err(Failure::Build {
                package: package.name.clone(),
            }),
        }
    }

    /// Runs it with `RECOUNT_UPDATE` and other variables; only its tests whose names contain `filter`.
    ///
    /// # Errors
    /// If it cannot be started, or does not say what the shapes of today are.
    pub(crate) fn run(&self, update: &str, variables: &[(&str, &OsStr)], filter: Option<&str>) -> Result<Ran, Failure> {
        let folder = tempfile::tempdir().map_err(Failure::file("making a folder in", &env::temp_dir()))?;
        let mut command = self.command();
        command
            .arg("--quiet")
            .env("RECOUNT_UPDATE", update)
            .env("RECOUNT_REPORT", folder.path());
        command.envs(variables.iter().copied());
        if let Some(filter) = filter {
            command.args(["--", filter]);
        }
        let output = command.stdin(Stdio::null()).output().map_err(Failure::Cargo)?;
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        match Reports::read(folder.path())? {
            Some(reports) => Ok(Ran {
                status: output.status,
                output: text,
                reports,
            }),
            None => Err(Failure::NoReport {
                package: self.package.name.clone(),
                status: output.status,
                output: text,
            }),
        }
    }

    /// `RECOUNT_LOCK` is off, also where cargo's configuration has it on: the compiler would refuse what is to be shown, and with `sealed`
    /// what is to be sealed.
    fn command(&self) -> Command {
        let mut command = Command::new(cargo());
        command
            .args(["test", "--manifest-path"])
            .arg(&self.package.manifest_path);
        command.args(["--package", &self.package.id, "--test", &self.test.test]);
        command
            .args(&self.test.cargo_args)
            .env("RECOUNT_LOCK", "off")
            .env_remove("RECOUNT_RELEASE");
        command
    }
}

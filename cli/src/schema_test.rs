//! `SchemaTest`: the user's `recount::schema_test!`, the one program that knows the types of today.

use std::process::{Command, ExitStatus, Stdio};

use crate::args::Test;
use crate::failure::Failure;
use crate::package::{Package, cargo};

/// The schema test of one package, built.
#[derive(Debug)]
pub(crate) struct SchemaTest<'a> {
    package: &'a Package,
    test: &'a Test,
}

/// How a test ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
}

impl<'a> SchemaTest<'a> {
    /// Builds it first, because of a build that fails cargo says no more than of a test that fails.
    ///
    /// # Errors
    /// If it does not build.
    pub(crate) fn build(package: &'a Package, test: &'a Test) -> Result<Self, Failure> {
        let schema_test = Self { package, test };
        let mut command = schema_test.command();
        command.args(["--no-run", "--quiet"]);
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        match status
            .map_err(|error| Failure::Cargo("cargo test".to_owned(), error))?
            .success()
        {
            true => Ok(schema_test),
            false => Err(Failure::Build {
                package: package.name.clone(),
            }),
        }
    }

    /// Runs it with these variables; what it prints goes where this program prints.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn run(&self, variables: &[(&str, &str)]) -> Result<bool, Failure> {
        let mut command = self.command();
        command.arg("--quiet").envs(variables.iter().copied());
        let status = command.stdin(Stdio::null()).status();
        Ok(status
            .map_err(|error| Failure::Cargo("cargo test".to_owned(), error))?
            .success())
    }

    /// Runs one of its tests with these variables, and keeps what it prints.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn run_quietly(&self, variables: &[(&str, &str)]) -> Result<Ran, Failure> {
        let mut command = self.command();
        command.arg("--quiet").envs(variables.iter().copied());
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(|error| Failure::Cargo("cargo test".to_owned(), error))?;
        let text = [output.stdout, output.stderr].concat();
        Ok(Ran {
            status: output.status,
            output: String::from_utf8_lossy(&text).into_owned(),
        })
    }

    /// `RECOUNT_LOCK` is taken away: the compiler would refuse what is to be shown, and with `sealed` what is to be sealed.
    fn command(&self) -> Command {
        let mut command = Command::new(cargo());
        command
            .args(["test", "--manifest-path"])
            .arg(&self.package.manifest_path);
        command.args(["--package", &self.package.id, "--test", &self.test.test]);
        command.args(&self.test.cargo_args).env_remove("RECOUNT_LOCK");
        command
    }
}

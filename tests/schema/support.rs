//! A folder with a lock in it, and the releases of a program that look at it one after the other.

use std::fs;
use std::path::{Path, PathBuf};

use recount::EventSet;
use recount::testing::{SchemaReport, SchemaTest, Settings, Update};
use tempfile::TempDir;

pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A project whose last release sealed these events.
    #[track_caller]
    pub(crate) fn sealed<S: EventSet>() -> Self {
        let project = Self::new();
        project.seal::<S>();
        project
    }

    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn test<S: EventSet>(&self, update: Update) -> SchemaTest {
        SchemaTest::new(self.dir()).set::<S>().settings(settings(update))
    }

    /// `RECOUNT_UPDATE=seal`, and all is well.
    #[track_caller]
    pub(crate) fn seal<S: EventSet>(&self) {
        fine(self.test::<S>(Update::Seal).lock());
        fine(self.test::<S>(Update::Seal).goldens());
    }

    /// `RECOUNT_UPDATE=always`, and all is well.
    #[track_caller]
    pub(crate) fn always<S: EventSet>(&self) {
        fine(self.test::<S>(Update::Always).lock());
        fine(self.test::<S>(Update::Always).goldens());
    }

    /// All five tests, on CI.
    pub(crate) fn check<S: EventSet>(&self) -> Vec<String> {
        let test = self.test::<S>(Update::No);
        let results = [
            test.lock(),
            test.goldens(),
            test.payloads(),
            test.floors(),
            test.honesty(),
        ];
        results.into_iter().flat_map(found).collect()
    }

    /// What `lock` says.
    pub(crate) fn lock<S: EventSet>(&self) -> Vec<String> {
        found(self.test::<S>(Update::No).lock())
    }

    /// What `goldens` says.
    pub(crate) fn goldens<S: EventSet>(&self) -> Vec<String> {
        found(self.test::<S>(Update::No).goldens())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[track_caller]
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Changes a file as a person does.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} does not say {from:?}:\n{text}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// Every file with its text, by its path.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let (mut left, mut files) = (vec![self.dir().to_owned()], Vec::new());
        while let Some(folder) = left.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    left.push(path);
                } else {
                    let name = path
                        .strip_prefix(self.dir())
                        .expect("inside")
                        .to_string_lossy()
                        .into_owned();
                    files.push((name, fs::read_to_string(&path).expect("a text")));
                }
            }
        }
        files.sort();
        files
    }

    /// The files of a folder that end so.
    pub(crate) fn names(&self, end: &str) -> Vec<String> {
        let names = self.files().into_iter().map(|(name, _)| name);
        names.filter(|name| name.ends_with(end)).collect()
    }
}

pub(crate) fn settings(update: Update) -> Settings {
    let mut settings = Settings::default();
    settings.update = update;
    settings
}

#[track_caller]
pub(crate) fn fine(result: Result<(), SchemaReport>) {
    if let Err(report) = result {
        panic!("{report}");
    }
}

/// Each problem as `CODE event version`.
pub(crate) fn found(result: Result<(), SchemaReport>) -> Vec<String> {
    let problems = result.err().map_or(Vec::new(), |report| report.problems().to_vec());
    let name = |problem: &recount::testing::Problem| {
        let version = problem
            .version()
            .map_or(String::new(), |version| format!(" v{version}"));
        format!("{} {}{version}", problem.code(), problem.event())
    };
    problems.iter().map(name).collect()
}

/// The whole text of a report.
#[track_caller]
pub(crate) fn said(result: Result<(), SchemaReport>) -> String {
    result.expect_err("a report").to_string()
}

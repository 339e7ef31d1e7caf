//! What a mistake looks like: the compiler's words, once, on the token that has to change.
//!
//! Every file under `ui` is one mistake, named after it. Beside it stands the same program mended, which compiles as a module of the target
//! `mended`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// All programs with a mistake, sorted.
fn cases() -> io::Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"))? {
        for file in fs::read_dir(folder?.path())? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "rs") && !name(&path).ends_with("_mended") {
                cases.push(path);
            }
        }
    }
    cases.sort();
    Ok(cases)
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn mistakes_are_explained() -> io::Result<()> {
    let tests = trybuild::TestCases::new();
    for case in cases()? {
        tests.compile_fail(case);
    }
    Ok(())
}

#[test]
fn every_mistake_has_its_mended_program() -> io::Result<()> {
    let modules = include_str!("mended.rs");
    for case in cases()? {
        let folder = case.parent().map(name).unwrap_or_default();
        let mended = case.with_file_name(format!("{}_mended.rs", name(&case)));
        assert_ne!(
            fs::read_to_string(&case)?,
            fs::read_to_string(&mended)?,
            "{}",
            case.display()
        );
        let module = format!("#[path = \"ui/{folder}/{}_mended.rs\"]", name(&case));
        assert!(modules.contains(&module), "`tests/mended.rs` has no {module}");
    }
    Ok(())
}

#[test]
fn every_mistake_is_one_message() -> io::Result<()> {
    for case in cases()? {
        let said = fs::read_to_string(case.with_extension("stderr"))?;
        let messages = said.lines().filter(|line| line.starts_with("error")).count();
        let expected = match name(&case).as_str() {
            "many_mistakes" => 3,
            // rustc asks in each function of the set for itself, and always on this one token.
            "set_of_no_event" => 4,
            _ => 1,
        };
        assert_eq!(messages, expected, "{}:\n{said}", case.display());
    }
    Ok(())
}

//! What a mistake looks like: the compiler's words, once, on the token that has to change.
//!
//! Every file under `ui` is one mistake, named after it. Beside it stands the same program mended, which compiles as a module of the target
//! `mended`.

use std::collections::BTreeMap;
use std::env;
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

/// One test, because each step reads what the one before it may have written.
#[test]
fn mistakes_are_explained() -> io::Result<()> {
    the_lock_lies_beside_the_cases()?;
    compiler_says_what_is_written()?;
    every_mistake_is_one_message()?;
    docs_explain_every_mistake()
}

/// A case is compiled in a package of trybuild's, which finds there the lock that the mended programs find here.
fn the_lock_lies_beside_the_cases() -> io::Result<()> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let package = target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"));
    fs::create_dir_all(&package)?;
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("events.lock");
    fs::copy(lock, package.join("events.lock")).map(drop)
}

fn compiler_says_what_is_written() -> io::Result<()> {
    let tests = trybuild::TestCases::new();
    for case in cases()? {
        tests.compile_fail(case);
    }
    Ok(())
}

#[test]
fn every_mistake_has_its_mended_program() -> io::Result<()> {
    let modules = concat!(include_str!("mended.rs"), include_str!("mended/reads.rs"));
    for case in cases()? {
        let folder = folder(&case);
        let mended = case.with_file_name(format!("{}_mended.rs", name(&case)));
        assert_ne!(
            fs::read_to_string(&case)?,
            fs::read_to_string(&mended)?,
            "{}",
            case.display()
        );
        let module = format!("ui/{folder}/{}_mended.rs\"]", name(&case));
        assert!(
            modules.contains(&module),
            "no module in `tests/mended.rs` or beside it has the path {module}"
        );
    }
    Ok(())
}

fn every_mistake_is_one_message() -> io::Result<()> {
    for case in cases()? {
        let said = fs::read_to_string(case.with_extension("stderr"))?;
        let messages = said.lines().filter(|line| line.starts_with("error")).count();
        let expected = match name(&case).as_str() {
            "many_mistakes" => 3,
            // Asked of reading and of writing, on one token.
            "set_of_no_event" => 2,
            // And for the builder and the future that it would give.
            "not_a_command" => 3,
            _ => 1,
        };
        assert_eq!(messages, expected, "{}:\n{said}", case.display());
    }
    Ok(())
}

/// `docs/errors.md` is written from the cases: the first line of a message is the heading, the words are those at the head of the program.
fn docs_explain_every_mistake() -> io::Result<()> {
    let mut sections: BTreeMap<String, String> = BTreeMap::new();
    for case in cases()? {
        let said = fs::read_to_string(case.with_extension("stderr"))?;
        let first = said.lines().next().unwrap_or_default();
        let message = first.split_once(": ").map_or(first, |(_, message)| message);
        let message = message.trim_start_matches("evaluation panicked: ");
        let source = fs::read_to_string(&case)?;
        let why: String = source
            .lines()
            .map_while(|line| line.strip_prefix("//! "))
            .map(|line| format!("{line}\n"))
            .collect();
        let program: Vec<&str> = source
            .lines()
            .skip_while(|line| line.starts_with("//!") || line.is_empty())
            .collect();
        let mended = fs::read_to_string(case.with_file_name(format!("{}_mended.rs", name(&case))))?;
        let difference = difference(&program, &mended.lines().collect::<Vec<_>>());
        let at = format!("ui/{}/{}.rs", folder(&case), name(&case));
        // rustc's further notes say where the traits of recount stand.
        let is_note = |line: &&str| ["help:", "note:", "  = "].iter().any(|start| line.starts_with(start));
        let said: Vec<&str> = said.lines().take_while(|line| !is_note(line)).collect();
        let said = said.join("\n").replace(&format!(" --> {at}\n"), "");
        // Programs that differ in their words only have one section.
        sections.entry(without_words(message)).or_insert_with(|| {
            let said = said.trim();
            format!("\n## {message}\n\n{why}\n```text\n{said}\n```\n\n```diff\n{difference}```\n\n[The program](../tests/{at})\n")
        });
    }
    let mut page = "# What the compiler says\n\nEvery message of the macros: what it means, a program that gives it, and what mends it. \
                    Words in backticks are those of the program.\n\nWritten from `tests/ui` by `TRYBUILD=overwrite cargo test -p recount-tests \
                    --test ui`; do not edit it here.\n"
        .to_owned();
    page.extend(sections.into_values());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    if env::var("TRYBUILD").is_ok_and(|update| update == "overwrite") {
        fs::write(&path, &page)?;
    }
    assert!(
        fs::read_to_string(&path)? == page,
        "docs/errors.md is stale: run this with TRYBUILD=overwrite"
    );
    Ok(())
}

/// The sentence without what stands in backticks.
fn without_words(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`…`")
}

fn folder(case: &Path) -> String {
    case.parent().map(name).unwrap_or_default()
}

/// The lines around each difference, as `diff -u2` marks them.
fn difference(before: &[&str], after: &[&str]) -> String {
    // `common[i][j]`: how many lines the rests from `i` and `j` on have in common.
    let mut common = vec![vec![0; after.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            common[i][j] = if before[i] == after[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut lines, mut i, mut j) = (Vec::new(), 0, 0);
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            lines.push((' ', before[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', before[i]));
            i += 1;
        } else {
            lines.push(('+', after[j]));
            j += 1;
        }
    }
    let near = |at: usize| {
        lines
            .iter()
            .take(at + 3)
            .skip(at.saturating_sub(2))
            .any(|(mark, _)| *mark != ' ')
    };
    let (mut text, mut left_out) = (String::new(), false);
    for (at, (mark, line)) in lines.iter().enumerate() {
        if near(at) {
            text += if left_out && !text.is_empty() { "  …\n" } else { "" };
            text += format!("{mark} {line}").trim_end();
            text += "\n";
        }
        left_out = !near(at);
    }
    text
}

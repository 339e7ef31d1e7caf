//! What each macro writes, as snapshots and as `docs/generated.md`; and that no message is without a ui case.
//!
//! `INSTA_UPDATE=always cargo test -p recount-macros` writes both anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};

use crate::examples::{Example, all};
use crate::flow;
use crate::read::lock::{fixture, of_event};

/// What the example of `from_lock` is made from.
const LOCK: &str = include_str!("examples/events.lock");

/// What git leaves of a lock where two branches add an entry each at one place.
const MARKED: &str = r#"format = 1

[[event]]
context = "bank"
<<<<<<< HEAD
name = "account.closed"
version = 1
status = "sealed"
||||||| base
=======
name = "account.opened"
version = 1
status = "sealed"
>>>>>>> theirs
kind = "raw"
floor = 1
"#;

/// The macro whose attribute stands first, on the rest of the input.
fn expand(input: &str) -> TokenStream {
    let tokens = |text: &str| text.parse::<TokenStream>().expect("an example is Rust");
    let (first, rest) = input
        .trim()
        .split_once('\n')
        .expect("an attribute has a line of its own");
    let arguments = first
        .split_once('(')
        .map_or("", |(_, arguments)| arguments.trim_end_matches(")]"));
    match first.split(['(', ']']).next() {
        Some("#[recount::events") => flow::events(tokens(arguments), &tokens(rest)),
        Some("#[recount::handlers") => flow::handlers(tokens(arguments), &tokens(rest)),
        _ if arguments.ends_with("Event") => {
            let lock = rest.contains("from_lock").then_some(LOCK);
            fixture::with(lock, || flow::event(tokens(rest)))
        }
        _ if arguments.ends_with("Aggregate") => flow::aggregate(tokens(rest)),
        _ if arguments.ends_with("Projection") => flow::projection(tokens(rest)),
        _ if arguments.ends_with("Policy") => flow::policy(tokens(rest)),
        _ if arguments.ends_with("Process") => flow::process(tokens(rest)),
        _ if arguments.ends_with("Timer") => flow::timer(tokens(rest)),
        _ => flow::stream_key(tokens(rest)),
    }
}

fn pretty(tokens: TokenStream) -> String {
    let file = syn::parse2::<syn::File>(tokens).expect("an expansion is a list of items");
    prettyplease::unparse(&file)
}

/// The input without the indentation that it has in this file.
fn input(example: &Example) -> String {
    let lines: Vec<&str> = example
        .input
        .lines()
        .map(|line| line.strip_prefix("            ").unwrap_or(line))
        .collect();
    lines.join("\n").trim().to_owned()
}

#[test]
fn expansions() {
    for example in all() {
        let input = input(example);
        let mut settings = insta::Settings::clone_current();
        settings.set_description(&input);
        settings.set_omit_expression(true);
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!(example.name, pretty(expand(&input))));
    }
}

#[test]
fn docs_show_what_is_generated() {
    let mut page = "# What the macros write\n\nWritten from the snapshots of `macros/src/tests.rs` by \
                    `INSTA_UPDATE=always cargo test -p recount-macros`; do not edit it here.\n\n\
                    Each macro writes impls of public traits, which could be written by hand. To see what one of your own items becomes:\n\
                    `RECOUNT_EXPAND=Deposited cargo check` prints it (cargo runs the macros of a crate only when it compiles it).\n"
        .to_owned();
    for example in all() {
        let (input, output) = (input(example), pretty(expand(&input(example))));
        let title = example.name.replace('_', " ");
        page += &format!("\n## {title}\n\n{}\n\n```rust,ignore\n{input}\n```\n\n", example.about);
        page += &format!("becomes\n\n```rust,ignore\n{output}```\n");
    }
    let path = root().join("docs/generated.md");
    if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/generated.md is stale: INSTA_UPDATE=always cargo test -p recount-macros"
    );
}

/// Of every sentence in `read` and `check` the longest piece without a placeholder stands in some `.stderr`.
#[test]
fn every_message_has_a_ui_case() {
    let said: String = files(&root().join("tests/ui"), "stderr")
        .iter()
        .map(|path| read(path))
        .collect();
    let mut sentences = Vec::new();
    for folder in ["read", "check"] {
        for path in files(&root().join("macros/src").join(folder), "rs") {
            literals(read(&path).parse().expect("a source file is Rust"), &mut sentences);
        }
    }
    let pieces = |sentence: &str| {
        let pieces: Vec<String> = sentence
            .split(['\n', '{', '}'])
            .map(|piece| piece.trim().to_owned())
            .collect();
        pieces.into_iter().max_by_key(String::len).unwrap_or_default()
    };
    // An example of a key stands in the sentence about its value too.
    let is_part = |text: &String| sentences.iter().any(|other| other != text && other.contains(text));
    let silent: Vec<String> = sentences
        .iter()
        .filter(|sentence| !is_part(sentence))
        .map(|sentence| pieces(sentence))
        .filter(|piece| piece.contains(' ') && !said.contains(piece))
        .collect();
    assert!(
        sentences.len() > 60 && silent.is_empty(),
        "no ui case says: {silent:#?}"
    );
}

fn versions_of(lock: &'static str, name: &str) -> Result<Vec<u32>, String> {
    let found = fixture::with(Some(lock), || of_event(Some("bank".to_owned()), name)).expect("a lock");
    assert_eq!(found.knows_context, found.entries.is_ok());
    Ok(found.entries?.iter().map(|entry| entry.version).collect())
}

/// The test that puts both sides together in the file has to be built first, and its events may come from the lock.
#[test]
fn a_lock_with_marks_is_what_its_sides_are_together() {
    assert_eq!(versions_of(MARKED, "account.closed"), Ok(vec![1]));
    assert_eq!(versions_of(MARKED, "account.opened"), Ok(vec![1]));
    assert_eq!(versions_of(MARKED, "account.moved"), Ok(vec![]));
}

#[test]
fn sides_that_do_not_go_together_are_told() {
    let both = MARKED.replace("account.opened", "account.closed");
    let conflict = both.replace(
        "version = 1\nstatus = \"sealed\"\n>",
        "version = 1\nstatus = \"sealed\"\nedge = [\"x\"]\n>",
    );
    let broken = both.replace(
        "version = 1\nstatus = \"sealed\"\n>",
        "version = one\nstatus = \"sealed\"\n>",
    );
    assert!(conflict != both && broken != both);
    assert_eq!(versions_of(both.leak(), "account.closed"), Ok(vec![1]));
    assert_eq!(
        versions_of(conflict.leak(), "account.closed"),
        Err("both sides changed `account.closed` v1, which is sealed: keep the entry of one side".to_owned())
    );
    let told = versions_of(broken.leak(), "account.closed").expect_err("no number");
    assert!(told.starts_with("line 12 of events.lock: "), "{told}");
}

/// Every file says what it holds and stays readable; `read`, `check` and `expand` do not use one another.
#[test]
fn the_house_is_in_order() {
    let source = root().join("macros/src");
    for path in files(&source, "rs") {
        let (text, shown) = (read(&path), path.display());
        assert!(text.starts_with("//! "), "{shown} does not say what it holds");
        assert!(text.lines().count() <= 300, "{shown} is too long");
        let own = path
            .strip_prefix(&source)
            .expect("under the folder")
            .components()
            .next()
            .expect("a name");
        let own = own.as_os_str().to_string_lossy().into_owned();
        let may_use: &[&str] = match own.as_str() {
            "read" | "check" | "expand" => &["lock", "model", "support"],
            "model" => &["lock", "support"],
            "support" | "lock" => &[],
            _ => continue,
        };
        for used in text.split("crate::").skip(1).filter_map(|rest| rest.split("::").next()) {
            assert!(
                used == own || may_use.contains(&used),
                "{shown}: `{own}` may not use `{used}`"
            );
        }
    }
}

/// All texts in the tokens, but for doc comments.
fn literals(tokens: TokenStream, out: &mut Vec<String>) {
    let mut doc = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), out),
            TokenTree::Ident(ident) => doc = ident == "doc",
            TokenTree::Literal(literal) if !doc => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    out.push(text.value());
                }
            }
            _ => {}
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate stands in a workspace")
        .to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file that was listed")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|is| is == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

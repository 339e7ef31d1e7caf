//! The contract and its tests hold together: each rule of `docs/semantics.md` is cited by a test or is open, and its cases are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use recount::store::conformance;

/// Rules whose tests are still to come, mostly with their features. The list only shrinks: a rule that a test cites leaves it.
const OPEN: &[&str] = &[];

/// Chapter and number of a rule.
type Rule = (u32, u32);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn contract() -> String {
    fs::read_to_string(root().join("docs/semantics.md")).expect("docs/semantics.md")
}

fn rule(text: &str) -> Option<Rule> {
    let (chapter, rule) = text.split_once('.')?;
    Some((chapter.parse().ok()?, rule.parse().ok()?))
}

fn shown(rules: impl IntoIterator<Item = Rule>) -> String {
    rules
        .into_iter()
        .map(|(chapter, rule)| format!("{chapter}.{rule}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// All rules, and whether each is marked *later*.
fn rules(contract: &str) -> BTreeMap<Rule, bool> {
    let lines = contract.lines().filter_map(|line| {
        let rest = line.strip_prefix("- **")?;
        let number = rule(rest.split_once(' ')?.0)?;
        Some((number, rest.contains("(*later*")))
    });
    lines.collect()
}

/// The rules that a text cites: `rule 7.4`, `Rules 1.2, 1.3`, `rules 1.2 and 1.3`.
fn cited(text: &str) -> BTreeSet<Rule> {
    let mut found = BTreeSet::new();
    let text = text.replace("Rule", "rule");
    for rest in text.split("rule").skip(1) {
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        for word in rest.split([' ', ',', '\n', '/']).filter(|word| !word.is_empty()) {
            let number = word.trim_matches(|c: char| !c.is_ascii_digit());
            match rule(number) {
                Some(number) => drop(found.insert(number)),
                None if word == "and" => {}
                None => break,
            }
            // A colon or a full stop ends the list.
            if word.ends_with([':', ';', ')']) || word.trim_end_matches('.') != word {
                break;
            }
        }
    }
    found
}

/// What is a test: the packages of tests, the cases of the suite, and the tests inside a crate.
fn tests() -> String {
    let mut left: Vec<PathBuf> = ["tests", "runtime", "macros/src", "examples"]
        .map(|folder| root().join(folder))
        .into();
    let mut found = String::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(
                fs::read_dir(&path)
                    .expect("a folder")
                    .map(|entry| entry.expect("an entry").path()),
            );
            continue;
        }
        let name = path
            .strip_prefix(root())
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        if !name.ends_with(".rs") || name == "tests/rules.rs" {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source is UTF-8");
        let is_whole = name.starts_with("tests/")
            || name.contains("/tests/")
            || name.contains("/conformance/cases/")
            || name.ends_with("tests.rs")
            || name.ends_with("_test.rs");
        let inner = text
            .find("\n#[cfg(test)]")
            .and_then(|start| text.get(start..))
            .unwrap_or_default();
        found.push_str(if is_whole { &text } else { inner });
        found.push('\n');
    }
    found
}

#[test]
fn every_rule_is_cited_or_open() {
    let (rules, cited) = (rules(&contract()), cited(&tests()));
    assert!(
        rules.len() > 80,
        "only {} rules were found in docs/semantics.md",
        rules.len()
    );
    let open: BTreeSet<Rule> = OPEN.iter().map(|text| rule(text).expect("a rule")).collect();
    let known: BTreeSet<Rule> = rules.keys().copied().collect();
    let binding: BTreeSet<Rule> = rules
        .iter()
        .filter(|(_, later)| !**later)
        .map(|(rule, _)| *rule)
        .collect();

    let nowhere: Vec<Rule> = binding
        .difference(&cited)
        .filter(|rule| !open.contains(rule))
        .copied()
        .collect();
    assert!(nowhere.is_empty(), "no test cites these rules: {}", shown(nowhere));
    let done: Vec<Rule> = open.intersection(&cited).copied().collect();
    assert!(
        done.is_empty(),
        "a test cites these rules, so take them off the open list: {}",
        shown(done)
    );
    let unknown: Vec<Rule> = cited
        .union(&open)
        .filter(|rule| !known.contains(rule))
        .copied()
        .collect();
    assert!(
        unknown.is_empty(),
        "docs/semantics.md has no such rules: {}",
        shown(unknown)
    );
}

/// The cases under each rule, and the table of all cases, are those of the suite.
#[test]
fn the_contract_names_the_cases() {
    let contract = contract();
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in contract.lines() {
        if let Some((number, _)) = line.strip_prefix("- **").and_then(|rest| rest.split_once(' ')) {
            number.clone_into(&mut current);
        }
        if let Some(cases) = line.trim_start().strip_prefix("- Cases: ") {
            shown
                .entry(current.clone())
                .or_default()
                .extend(cases.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    let mut suite: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in conformance::names() {
        for rule in conformance::rules(name).unwrap_or_default() {
            suite.entry((*rule).to_owned()).or_default().insert(name.to_owned());
        }
    }
    assert_eq!(shown, suite, "the cases under the rules of docs/semantics.md");

    let rows = contract
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let table: Vec<&str> = rows
        .map(|(name, _)| name)
        .filter(|name| conformance::rules(name).is_some())
        .collect();
    assert_eq!(
        table,
        conformance::names().collect::<Vec<_>>(),
        "the table of cases in docs/semantics.md"
    );
}

#[test]
fn the_check_can_fail() {
    let found =
        cited("/// Rule 1.4: x 9.9. Rules 1.2, 1.3: y\n// (rule 7.4) rules 2.1 and 2.2; the rule. A ruler of 3.3");
    assert_eq!(found, [(1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (7, 4)].into());
    let rules = rules("- **1.1 Streams.** A\n- **10.3 Tenant** (*later*, but)**:** b\n- **Not a rule** c");
    assert_eq!(rules, [((1, 1), false), ((10, 3), true)].into());
}

//! `cargo recount lock review`: differences one after another, and the lock with those that were accepted.

use std::ffi::OsStr;
use std::io::{self, BufRead, IsTerminal, Write};

use crate::args::{Packages, Test};
use crate::difference::{Difference, Line};
use crate::failure::Failure;
use crate::package::{self, Package};
use crate::paint::{BAD, FAINT, GOOD, STRONG, painted};
use crate::report::Problem;
use crate::schema_test::SchemaTest;
use crate::show;

/// Whether nothing differs any more, and no other test has anything to say: what was pinned may be another though the lock is as it was.
///
/// # Errors
/// If a test could not run, or there is nobody to ask.
pub(crate) fn run(packages: &Packages, test: &Test, yes: bool, out: &mut dyn Write) -> Result<bool, Failure> {
    if !yes && !io::stdin().is_terminal() {
        return Err(Failure::NoTerminal);
    }
    let mut is_one = true;
    for package in package::with_test(packages, &test.test)? {
        let built = SchemaTest::build(&package, test)?;
        let reports = built.run("no", &[], None)?.reports;
        let differences = Difference::all(&reports);
        if differences.is_empty() {
            if reports.others.is_empty() {
                writeln!(out, "{}: {}", package.name, painted(GOOD, "nothing differs"))?;
            }
            is_one &= is_closed(&package, &reports.others, out)?;
            continue;
        }
        let answers = match yes {
            true => all(&differences, out)?,
            false => ask(&differences, &mut io::stdin().lock(), out)?,
        };
        let accepted: Vec<String> = answers
            .accepted
            .iter()
            .filter_map(|difference| difference.key())
            .collect();
        let mut now = None;
        if !accepted.is_empty() {
            let only = accepted.join(",");
            built.run("always", &[("RECOUNT_ONLY", OsStr::new(&only))], Some("lock"))?;
            now = Some(built.run("no", &[], None)?.reports);
        }
        let now = now.as_ref().unwrap_or(&reports);
        is_one &= now.problems.is_empty();
        writeln!(out, "{}: {}", package.name, summary(&differences, &answers))?;
        is_one &= is_closed(&package, &now.others, out)?;
        if answers.is_over {
            return Ok(false);
        }
    }
    Ok(is_one)
}

/// Whether the tests beside that of the lock have found nothing. What they have found no answer here mends: its help says what does.
fn is_closed(package: &Package, open: &[Problem], out: &mut dyn Write) -> io::Result<bool> {
    if open.is_empty() {
        return Ok(true);
    }
    let count = format!("{} still open", show::count(open.len(), "problem", "problems"));
    writeln!(out, "{}: {}\n", package.name, painted(BAD, count))?;
    for problem in open {
        show::problem(out, problem)?;
        writeln!(out)?;
    }
    Ok(false)
}

/// What was said to the differences of one lock.
#[derive(Debug)]
struct Answers<'a> {
    accepted: Vec<&'a Difference<'a>>,
    /// Whether no more is wanted, of other locks neither.
    is_over: bool,
}

/// Takes all that may be accepted.
fn all<'a>(differences: &'a [Difference<'a>], out: &mut dyn Write) -> io::Result<Answers<'a>> {
    for difference in differences {
        show::difference(out, difference)?;
        writeln!(out)?;
    }
    let accepted = differences
        .iter()
        .filter(|difference| difference.problem.is_acceptable)
        .collect();
    Ok(Answers {
        accepted,
        is_over: false,
    })
}

/// Shows one after another, and asks where there is something to decide.
fn ask<'a>(
    differences: &'a [Difference<'a>],
    answers: &mut dyn BufRead,
    out: &mut dyn Write,
) -> io::Result<Answers<'a>> {
    let mut accepted = Vec::new();
    for (place, difference) in differences.iter().enumerate() {
        writeln!(
            out,
            "{}",
            painted(FAINT, format_args!("[{} of {}]", place + 1, differences.len()))
        )?;
        show::difference(out, difference)?;
        if !difference.problem.is_acceptable {
            writeln!(out, "{}\n", painted(BAD, "refused: change the type as the help says"))?;
            continue;
        }
        loop {
            write!(out, "{} ", painted(STRONG, "accept? [y/n/l/a/q/?]"))?;
            out.flush()?;
            let mut answer = String::new();
            if answers.read_line(&mut answer)? == 0 {
                writeln!(out)?;
                return Ok(Answers {
                    accepted,
                    is_over: true,
                });
            }
            match answer.trim() {
                "y" => accepted.push(difference),
                "n" => {}
                "l" => {
                    lines(out, difference)?;
                    continue;
                }
                "a" => {
                    let rest = differences
                        .iter()
                        .skip(place)
                        .filter(|difference| difference.problem.is_acceptable);
                    accepted.extend(rest);
                    return Ok(Answers {
                        accepted,
                        is_over: false,
                    });
                }
                "q" => {
                    return Ok(Answers {
                        accepted,
                        is_over: true,
                    });
                }
                _ => {
                    writeln!(out, "{HELP}")?;
                    continue;
                }
            }
            break;
        }
        writeln!(out)?;
    }
    Ok(Answers {
        accepted,
        is_over: false,
    })
}

const HELP: &str = "\
  y  accept it into the lock
  n  leave the lock as it is here
  l  show the whole shape
  a  accept this and all that follow, as far as they may be accepted
  q  stop here; what was accepted so far is written";

/// The whole shape, with what comes and goes.
fn lines(out: &mut dyn Write, difference: &Difference<'_>) -> io::Result<()> {
    for line in difference.lines() {
        match line {
            Line::Kept(line) => writeln!(out, "      {line}")?,
            Line::Removed(line) => writeln!(out, "    - {line}")?,
            Line::Added(line) => writeln!(out, "    + {line}")?,
        }
    }
    Ok(())
}

fn summary(differences: &[Difference<'_>], answers: &Answers<'_>) -> String {
    let refused = differences
        .iter()
        .filter(|difference| !difference.problem.is_acceptable)
        .count();
    let accepted = answers.accepted.len();
    let skipped = differences.len() - refused - accepted;
    let mut parts = vec![format!("{accepted} accepted")];
    if skipped > 0 {
        parts.push(format!("{skipped} left as they were"));
    }
    if refused > 0 {
        parts.push(format!("{refused} refused"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use recount::schema::{Entry, Kind, Lock, Outline, Status};

    use super::*;
    use crate::report::Reports;

    fn entry(name: &str, lines: &[&str]) -> Entry {
        Entry {
            context: "bank".to_owned(),
            name: name.to_owned(),
            version: 1,
            status: Status::Draft,
            kind: Kind::Current,
            floor: 1,
            names: Vec::new(),
            edge: Vec::new(),
            rev: 0,
            shape: Some(Outline::parse(lines.iter().copied()).expect("lines")),
            earlier: Vec::new(),
        }
    }

    fn lock(events: Vec<Entry>) -> Lock {
        Lock {
            events,
            releases: Vec::new(),
        }
    }

    fn problem(event: &str, is_acceptable: bool) -> Problem {
        Problem {
            code: if is_acceptable { "LOCK_STALE" } else { "INCOMPATIBLE" }.to_owned(),
            context: String::new(),
            event: event.to_owned(),
            version: Some(1),
            witness: None,
            is_acceptable,
            text: format!("{event} has changed"),
        }
    }

    /// `a` and `c` may be accepted, `b` may not.
    fn reports() -> Reports {
        let before = |name| entry(name, &["amount: u32", "x: bool"]);
        let after = |name| entry(name, &["amount: u64", "x: bool"]);
        Reports {
            path: PathBuf::from("events.lock"),
            lock: lock(vec![before("a"), before("b"), before("c")]),
            today: lock(vec![after("a"), after("b"), after("c")]),
            problems: vec![problem("a", true), problem("b", false), problem("c", true)],
            others: Vec::new(),
        }
    }

    /// The keys that were accepted after these answers, whether it is over, and what was shown.
    fn asked(answers: &str) -> (Vec<String>, bool, String) {
        let reports = reports();
        let differences = Difference::all(&reports);
        let mut out = anstream::StripStream::new(Vec::new());
        let answers = ask(&differences, &mut answers.as_bytes(), &mut out).expect("nothing to fail");
        let accepted = answers
            .accepted
            .iter()
            .filter_map(|difference| difference.key())
            .collect();
        (
            accepted,
            answers.is_over,
            String::from_utf8(out.into_inner()).expect("text"),
        )
    }

    #[test]
    fn each_is_asked_for() {
        let (accepted, is_over, shown) = asked("y\nn\n");
        assert_eq!((accepted, is_over), (vec!["bank/a/v1".to_owned()], false));
        let expected = "\
[1 of 3]
a has changed
    - amount: u32
    + amount: u64
accept? [y/n/l/a/q/?] 
[2 of 3]
b has changed
    - amount: u32
    + amount: u64
refused: change the type as the help says

[3 of 3]
c has changed
    - amount: u32
    + amount: u64
accept? [y/n/l/a/q/?] 
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_takes_the_rest_but_what_may_not_be_accepted() {
        assert_eq!(asked("a\n").0, ["bank/a/v1", "bank/c/v1"]);
        assert_eq!(asked("n\na\n").0, ["bank/c/v1"]);
    }

    #[test]
    fn stopping_keeps_what_was_accepted() {
        let (accepted, is_over, _) = asked("y\nq\n");
        assert_eq!((accepted, is_over), (vec!["bank/a/v1".to_owned()], true));
        let (accepted, is_over, _) = asked("y\n");
        assert_eq!(
            (accepted, is_over),
            (vec!["bank/a/v1".to_owned()], true),
            "the end of the input"
        );
    }

    #[test]
    fn anything_else_is_asked_again() {
        let (accepted, _, shown) = asked("l\nyes\ny\nn\n");
        assert_eq!(accepted, ["bank/a/v1"]);
        assert!(
            shown.contains("    - amount: u32\n    + amount: u64\n      x: bool\n"),
            "{shown}"
        );
        assert!(shown.contains(HELP), "{shown}");
    }

    #[test]
    fn the_summary_counts_each_once() {
        let reports = reports();
        let differences = Difference::all(&reports);
        let answers = Answers {
            accepted: vec![&differences[0]],
            is_over: true,
        };
        assert_eq!(
            summary(&differences, &answers),
            "1 accepted, 1 left as they were, 1 refused"
        );
    }
}

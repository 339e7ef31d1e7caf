//! Problems and differences as people read them.

use std::io::{self, Write};

use crate::difference::{Difference, Line};
use crate::paint::{ADDED, BAD, FAINT, GOOD, HELP, REMOVED, STRONG, painted};
use crate::report::Problem;

/// A problem and, if it is about an entry, the lines of its shape that come and go.
pub(crate) fn difference(out: &mut dyn Write, difference: &Difference<'_>) -> io::Result<()> {
    head(out, difference.problem)?;
    // A verdict has a line for each change, and the lines below say the same of a draft.
    for line in &difference.problem.details {
        detail(out, line)?;
    }
    for line in difference.lines() {
        match line {
            Line::Kept(_) => {}
            Line::Removed(line) => writeln!(out, "    {}", painted(REMOVED, format_args!("- {line}")))?,
            Line::Added(line) => writeln!(out, "    {}", painted(ADDED, format_args!("+ {line}")))?,
        }
    }
    tail(out, difference.problem)
}

/// A problem.
pub(crate) fn problem(out: &mut dyn Write, problem: &Problem) -> io::Result<()> {
    head(out, problem)?;
    for line in &problem.details {
        detail(out, line)?;
    }
    tail(out, problem)
}

fn head(out: &mut dyn Write, problem: &Problem) -> io::Result<()> {
    let style = if problem.is_acceptable { GOOD } else { BAD };
    write!(out, "{}", painted(style, &problem.code))?;
    if !problem.event.is_empty() {
        write!(out, " {}", painted(STRONG, &problem.event))?;
    }
    if let Some(version) = problem.version {
        write!(out, " v{version}")?;
    }
    writeln!(out, " {}", problem.says)
}

/// A line of a verdict, in which a NO is seen at once.
fn detail(out: &mut dyn Write, line: &str) -> io::Result<()> {
    let line = line.replace(": NO", &format!(": {}", painted(BAD, "NO")));
    writeln!(out, "    {line}")
}

fn tail(out: &mut dyn Write, problem: &Problem) -> io::Result<()> {
    if let Some(witness) = &problem.witness {
        writeln!(out, "  {} {witness}", painted(HELP, "witness:"))?;
    }
    if let Some(help) = &problem.help {
        writeln!(out, "  {} {help}", painted(HELP, "help:"))?;
    }
    let link = format!("docs/guide/schema-lock.md#{}", problem.code.to_lowercase());
    writeln!(out, "  {}", painted(FAINT, format_args!("see: {link}")))
}

/// A number of things: `1 entry`, `2 entries`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

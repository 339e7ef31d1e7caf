//! Problems and differences as people read them.

use std::env;
use std::io::{self, Write};
use std::path::Path;

use crate::difference::{Difference, Line};
use crate::paint::{ADDED, BAD, GOOD, HELP, REMOVED, painted};
use crate::report::Problem;

/// A problem and, if it is about an entry, the lines of its shape that come and go.
pub(crate) fn difference(out: &mut dyn Write, difference: &Difference<'_>) -> io::Result<()> {
    problem(out, difference.problem)?;
    for line in difference.lines() {
        match line {
            Line::Kept(_) => {}
            Line::Removed(line) => writeln!(out, "    {}", painted(REMOVED, format_args!("- {line}")))?,
            Line::Added(line) => writeln!(out, "    {}", painted(ADDED, format_args!("+ {line}")))?,
        }
    }
    Ok(())
}

/// A problem, as its test says it, with its words in colours.
pub(crate) fn problem(out: &mut dyn Write, problem: &Problem) -> io::Result<()> {
    let style = if problem.is_acceptable { GOOD } else { BAD };
    for (place, line) in problem.text.lines().enumerate() {
        let word = ["witness:", "help:", "see"]
            .into_iter()
            .find(|word| line.starts_with(&format!("  {word}")));
        match (word, line.strip_prefix(&problem.code)) {
            (_, Some(rest)) if place == 0 => writeln!(out, "{}{rest}", painted(style, &problem.code))?,
            (Some(word), _) => writeln!(out, "{}", line.replacen(word, &painted(HELP, word).to_string(), 1))?,
            _ => writeln!(out, "{}", line.replace(": NO", &format!(": {}", painted(BAD, "NO"))))?,
        }
    }
    Ok(())
}

/// A path, from the working directory if it is below it.
pub(crate) fn path(path: &Path) -> String {
    let here = env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok());
    below.unwrap_or(path).display().to_string()
}

/// A number of things: `1 entry`, `2 entries`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

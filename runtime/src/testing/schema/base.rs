//! The lock of another git revision: what was sealed there is sealed.

use std::path::Path;
use std::process::{Command, Output};

use crate::schema::{Entry, Lock, Status, Verdict, compare, written_down_to};
use crate::testing::schema::files;
use crate::testing::schema::report::{CannotCheck, Problem};

/// The lock of this folder in that revision; an empty one if it had none there.
pub(super) fn lock(dir: &Path, revision: &str) -> Result<Lock, CannotCheck> {
    let refuse = |says: String| CannotCheck(format!("`RECOUNT_BASE={revision}`: {says}"));
    let commit = format!("{revision}^{{commit}}");
    let known = git(dir, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
        .map_err(|error| refuse(format!("git cannot be run: {error}")))?;
    if !known.status.success() {
        let inside = git(dir, &["rev-parse", "--git-dir"]).is_ok_and(|inside| inside.status.success());
        return Err(refuse(match inside {
            true => {
                "git knows no such revision here: fetch it first, as a shallow checkout has only one commit".to_owned()
            }
            false => format!("{} is in no git repository", dir.display()),
        }));
    }
    let path = format!("{}:./{}", text(&known.stdout).trim(), files::LOCK);
    let exists = git(dir, &["cat-file", "-e", &path]).is_ok_and(|exists| exists.status.success());
    if !exists {
        let elsewhere = elsewhere(dir, text(&known.stdout).trim()).map_err(refuse)?;
        return match elsewhere.is_empty() {
            true => Ok(Lock::default()),
            false => Err(refuse(format!(
                "it has no {0} here, and has `{1}`: what was sealed there cannot be compared from here; if the lock was moved, compare \
                 with a revision that has it here, from the release that moves it on, or move it back",
                files::LOCK,
                elsewhere.join("`, `")
            ))),
        };
    }
    let shown = git(dir, &["show", &path]).map_err(|error| refuse(format!("git cannot be run: {error}")))?;
    if !shown.status.success() {
        return Err(refuse(format!("git says: {}", text(&shown.stderr).trim())));
    }
    Lock::parse(&text(&shown.stdout)).map_err(|error| refuse(format!("{error}")))
}

/// The locks of the whole revision, by their paths from the top of the repository.
fn elsewhere(dir: &Path, commit: &str) -> Result<Vec<String>, String> {
    let listed = git(dir, &["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])
        .map_err(|error| format!("git cannot be run: {error}"))?;
    if !listed.status.success() {
        return Err(format!("git says: {}", text(&listed.stderr).trim()));
    }
    let paths = text(&listed.stdout);
    let locks = paths
        .split('\0')
        .filter(|path| path.rsplit('/').next() == Some(files::LOCK));
    Ok(locks.map(str::to_owned).collect())
}

fn git(dir: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("git").arg("-C").arg(dir).args(arguments).output()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What was sealed in the base and was since edited by hand: a change that may be accepted keeps the old fingerprint beside the new one.
pub(super) fn rewritten(base: &Lock, lock: &Lock, revision: &str) -> Vec<Problem> {
    let sealed = base.events.iter().filter(|entry| entry.status == Status::Sealed);
    sealed
        .filter_map(|old| {
            let says = match lock.find(&old.context, &old.name, old.version) {
                None => "is not in events.lock any more".to_owned(),
                Some(new) => edited(old, new, lock)?,
            };
            let says = format!("is sealed in `{revision}`, and {says}");
            let help = format!(
                "`git checkout {revision} -- {}`, then `RECOUNT_UPDATE=always cargo test --test event_schema`",
                files::LOCK
            );
            Some(Problem::new("BASE_REWRITTEN", (&old.context, &old.name), Some(old.version), says).help(help))
        })
        .collect()
}

/// What a person has done to a sealed entry that `RECOUNT_UPDATE=always` never does.
fn edited(old: &Entry, new: &Entry, lock: &Lock) -> Option<String> {
    if new.status == Status::Draft {
        return Some("is a draft here".to_owned());
    }
    if let Some(earlier) = old.earlier.iter().find(|earlier| !new.earlier.contains(earlier)) {
        return Some(format!("its earlier hash {earlier} is gone"));
    }
    let (Some(before), Some(after)) = (&old.shape, &new.shape) else {
        return (old.shape.is_some() && new.shape.is_none()).then(|| "has no shape here".to_owned());
    };
    if before == after {
        return None;
    }
    let is_kept = old.hash().is_some_and(|hash| new.earlier.contains(&hash));
    // What was accepted under a higher floor is not, once the floor came down.
    let judged = written_down_to(old, lock).unwrap_or(new);
    let verdict = Verdict::of(&compare(before, after, new.version), judged.kind);
    (!is_kept || verdict != Verdict::Accepted).then(|| "has another shape here".to_owned())
}

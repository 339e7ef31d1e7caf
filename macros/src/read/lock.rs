//! `events.lock`: found beside the manifest of the package that is compiled, or above it, and read once for all its events.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use proc_macro2::{Ident, TokenTree};
use syn::{Attribute, LitInt, Meta};

use crate::lock::{Lock, Outline, Status};
use crate::model::{At, Event, InLock, LockedVersion, Step};
use crate::support::errors::Errors;

/// The file as it was read.
struct Read {
    manifest: PathBuf,
    /// An editor's server outlives many edits of the file.
    written: Option<SystemTime>,
    /// Below the manifest's folder.
    path: String,
    lock: Result<Lock, String>,
}

/// Of the package that is compiled; a compiler has one, an editor's server one after another.
static LAST: Mutex<Option<Arc<Read>>> = Mutex::new(None);

/// Where `from_lock` is written.
pub(super) fn key(attributes: &[Attribute]) -> Option<Ident> {
    let tokens = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("event") => Some(list.tokens.clone()),
        _ => None,
    });
    tokens.flatten().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "from_lock" => Some(ident),
        _ => None,
    })
}

/// The versions below those that the attributes describe, as they were sealed. The way up from each is an impl of the user's.
pub(super) fn versions(event: &mut Event, key: &Ident, errors: &mut Errors) {
    let (name, described) = (event.name(), event.lowest());
    if name.is_empty() {
        return;
    }
    if described < 2 {
        return errors.at(
            key,
            "nothing lies before version 1: write the next version, such as `version = 2`, or remove `from_lock`",
        );
    }
    let locked: Result<Vec<_>, _> = (1..described)
        .map(|version| locked(event.lock.as_ref(), &name, version))
        .collect();
    match locked {
        Ok(locked) => event.history.locked = locked,
        Err(message) => return errors.at(key, message),
    }
    for from in (1..described)
        .filter(|from| event.history.step_to(from.saturating_add(1)).is_none())
        .collect::<Vec<_>>()
    {
        let literal = LitInt::new(&from.to_string(), key.span());
        event.history.steps.push(Step {
            from: At::new(from, literal),
            function: None,
        });
    }
}

/// One version, or why the lock cannot give it.
fn locked(lock: Option<&InLock>, name: &str, version: u32) -> Result<LockedVersion, String> {
    let entries = match lock.map(|lock| lock.entries.as_ref()) {
        Some(entries) => entries.map_err(Clone::clone)?.as_slice(),
        // No file has no version.
        None => &[],
    };
    let Some(entry) = entries.iter().find(|entry| entry.version == version) else {
        let has: Vec<String> = entries.iter().map(|entry| entry.version.to_string()).collect();
        let has = if has.is_empty() {
            "none of its versions".to_owned()
        } else {
            has.join(", ")
        };
        return Err(format!(
            "`events.lock` has no version {version} of `{name}`; it has {has}"
        ));
    };
    match (entry.status, &entry.shape) {
        (Status::Draft, _) => Err(format!(
            "version {version} of `{name}` is a draft, nothing of that shape is stored: change the struct in place"
        )),
        (Status::Sealed, Some(shape @ Outline::Object { .. })) => Ok(LockedVersion {
            version,
            shape: shape.clone(),
        }),
        (Status::Sealed, _) => Err(format!(
            "`events.lock` has no shape of version {version} of `{name}`: read it with `raw(..={version} = path)` instead"
        )),
    }
}

/// What the lock says of an event; `None` without a lock.
pub(crate) fn of_event(context: Option<String>, name: &str) -> Option<InLock> {
    let read = read()?;
    // Outside cargo nobody says what is compiled; then no context is known.
    let context = context
        .or_else(|| env::var("CARGO_CRATE_NAME").ok())
        .unwrap_or_default();
    let entries = match &read.lock {
        Ok(lock) => {
            let of_event = lock
                .events
                .iter()
                .filter(|entry| entry.context == context && entry.name == name);
            Ok(of_event.cloned().collect())
        }
        Err(problem) => Err(problem.clone()),
    };
    let knows_context = read
        .lock
        .as_ref()
        .is_ok_and(|lock| lock.events.iter().any(|entry| entry.context == context));
    Some(InLock {
        path: read.path.clone(),
        entries,
        knows_context,
    })
}

fn read() -> Option<Arc<Read>> {
    #[cfg(test)]
    if let Some(text) = fixture::text() {
        return Some(Arc::new(Read {
            manifest: PathBuf::new(),
            written: None,
            path: "/events.lock".to_owned(),
            lock: parse(text),
        }));
    }
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let (file, path) = find(&manifest)?;
    let written = fs::metadata(&file).and_then(|data| data.modified()).ok();
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(read) = last.as_ref()
        && (&read.manifest, read.written, &read.path) == (&manifest, written, &path)
    {
        return Some(Arc::clone(read));
    }
    let lock = fs::read_to_string(&file)
        .map_err(|error| format!("events.lock: {error}"))
        .and_then(|text| parse(&text));
    let read = Arc::new(Read {
        manifest,
        written,
        path,
        lock,
    });
    *last = Some(Arc::clone(&read));
    Some(read)
}

/// A lock with git's marks is what its sides are together: the test that puts them together in the file has to be built first.
fn parse(text: &str) -> Result<Lock, String> {
    match Lock::merge_sides(text) {
        Some(merged) => merged.map_err(|error| error.to_string()),
        None => Lock::parse(text).map_err(|error| error.to_string()),
    }
}

/// The nearest lock: of the package, or of a workspace that keeps one for several.
fn find(manifest: &Path) -> Option<(PathBuf, String)> {
    let mut path = "/events.lock".to_owned();
    for folder in manifest.ancestors() {
        let file = folder.join("events.lock");
        if file.is_file() {
            return Some((file, path));
        }
        path.insert_str(0, "/..");
    }
    None
}

/// A lock without a file, for the tests that show what is written from one.
#[cfg(test)]
pub(crate) mod fixture {
    use std::cell::Cell;

    thread_local! {
        static TEXT: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    pub(super) fn text() -> Option<&'static str> {
        TEXT.get()
    }

    /// Runs with this lock, or with none.
    pub(crate) fn with<T>(text: Option<&'static str>, run: impl FnOnce() -> T) -> T {
        TEXT.set(text);
        let done = run();
        TEXT.set(None);
        done
    }
}

//! Two branches of one lock put together again: by entries, where git sees lines.

use std::collections::BTreeMap;
use std::fmt;

use super::error::LockError;
use super::file::{Entry, Lock, Status};

/// What [`Lock::merge`] could not decide: both sides changed one sealed version, each in its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeConflict {
    /// The event's context.
    pub context: String,
    /// The event.
    pub name: String,
    /// Its version.
    pub version: u32,
}

impl fmt::Display for MergeConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, version, .. } = self;
        write!(
            f,
            "both sides changed `{name}` v{version}, which is sealed: keep the entry of one side"
        )
    }
}

impl std::error::Error for MergeConflict {}

/// Why a text with git's marks is no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SidesError {
    /// A side cannot be read: mend its lines, and leave the marks.
    Unreadable(LockError),
    /// The sides do not go together.
    Conflict(MergeConflict),
}

impl fmt::Display for SidesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Conflict(conflict) => conflict.fmt(f),
        }
    }
}

impl std::error::Error for SidesError {}

impl Lock {
    /// Both sides of a text in which git has left the marks of a conflict, put together without a base; `None` for a text without marks.
    ///
    /// git takes lines that both sides have for the same lines, even if they belong to two entries, so that removing the marks by hand
    /// mixes up what was added at one place. Each side by itself is whole.
    ///
    /// # Errors
    /// [`SidesError`] if a side cannot be read, or both changed one sealed version.
    pub fn merge_sides(text: &str) -> Option<Result<Self, SidesError>> {
        let is_marked = text.lines().any(|line| line.starts_with("<<<<<<< "));
        is_marked.then(|| {
            let of = |is_ours| Self::parse(&side(text, is_ours)).map_err(SidesError::Unreadable);
            Self::merge(None, of(true)?, of(false)?).map_err(SidesError::Conflict)
        })
    }

    /// What both sides have, and what one of them added, changed or removed since `base`. Without a base nothing counts as removed.
    ///
    /// Of an entry that both sides changed, ours stands if it is a draft: the next run of the schema test writes it as it is.
    ///
    /// ```
    /// use recount::schema::Lock;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let entry = |name: &str| format!("format = 1\n[[event]]\ncontext = \"bank\"\nname = \"{name}\"\nversion = 1\nstatus = \"draft\"\nkind = \"raw\"\nfloor = 1\n");
    /// let (ours, theirs) = (Lock::parse(&entry("account.opened"))?, Lock::parse(&entry("account.closed"))?);
    /// let merged = Lock::merge(None, ours, theirs)?;
    /// assert!(merged.find("bank", "account.opened", 1).is_some() && merged.find("bank", "account.closed", 1).is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`MergeConflict`] if both sides changed one sealed version.
    pub fn merge(base: Option<&Self>, ours: Self, theirs: Self) -> Result<Self, MergeConflict> {
        let mut merged = Self::default();
        let releases = [ours.releases.clone(), theirs.releases.clone()].concat();
        let (mut ours, mut theirs) = (by_key(ours), by_key(theirs));
        let mut before = base.cloned().map(by_key).unwrap_or_default();
        let keys: Vec<Key> = ours.keys().chain(theirs.keys()).cloned().collect();
        for key in keys {
            let sides = (ours.remove(&key), theirs.remove(&key));
            if let Some(entry) = merge_entry(before.remove(&key).as_ref(), sides)? {
                merged.events.push(entry);
            }
        }
        for release in releases {
            match merged.releases.iter_mut().find(|known| known.name == release.name) {
                Some(known) => known.live &= release.live,
                None => merged.releases.push(release),
            }
        }
        merged.sort();
        Ok(merged)
    }
}

/// Context, name and version.
type Key = (String, String, u32);

fn by_key(lock: Lock) -> BTreeMap<Key, Entry> {
    let keyed = |entry: Entry| ((entry.context.clone(), entry.name.clone(), entry.version), entry);
    lock.events.into_iter().map(keyed).collect()
}

fn merge_entry(before: Option<&Entry>, sides: (Option<Entry>, Option<Entry>)) -> Result<Option<Entry>, MergeConflict> {
    let (ours, theirs) = match sides {
        (Some(ours), Some(theirs)) => (ours, theirs),
        // One side never had it, or it removed what the other left as it was.
        (Some(one), None) | (None, Some(one)) => return Ok((before != Some(&one)).then_some(one)),
        (None, None) => return Ok(None),
    };
    if ours == theirs || before == Some(&theirs) {
        return Ok(Some(ours));
    }
    if before == Some(&ours) {
        return Ok(Some(theirs));
    }
    use Status::{Draft, Sealed};
    match (ours.status, theirs.status) {
        // What a release has written outlives a draft.
        (Draft, Sealed) => Ok(Some(theirs)),
        (Draft, Draft) | (Sealed, Draft) => Ok(Some(ours)),
        (Sealed, Sealed) => Err(MergeConflict {
            context: ours.context,
            name: ours.name,
            version: ours.version,
        }),
    }
}

/// One side of a text with marks; what stands under `|||||||` is the base, and of no side.
fn side(text: &str, is_ours: bool) -> String {
    #[derive(Clone, Copy, PartialEq)]
    enum Of {
        Both,
        Ours,
        Base,
        Theirs,
    }
    let (mut of, mut side) = (Of::Both, String::new());
    for line in text.lines() {
        let mark = match line.get(..7) {
            Some("<<<<<<<") => Some(Of::Ours),
            Some("|||||||") if of == Of::Ours => Some(Of::Base),
            Some("=======") if matches!(of, Of::Ours | Of::Base) => Some(Of::Theirs),
            Some(">>>>>>>") if of == Of::Theirs => Some(Of::Both),
            _ => None,
        };
        let is_here = mark.is_none() && (of == Of::Both || of == (if is_ours { Of::Ours } else { Of::Theirs }));
        of = mark.unwrap_or(of);
        // What is left out stays as an empty line, so that an error names the line of the file.
        side.push_str(if is_here { line } else { "" });
        side.push('\n');
    }
    side
}

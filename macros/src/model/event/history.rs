//! How an event came to be what it is: the changes between its versions, and from them what each version looked like.

use syn::{Attribute, Expr, Ident, LitInt, LitStr, Meta, Path, Type, Visibility};

use crate::model::stored::{self, RenameAll};
use crate::model::{Form, LockedVersion};

/// A version, and where the user wrote it.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) number: u32,
    pub(crate) literal: LitInt,
}

/// What is said of the versions before the current one.
#[derive(Default)]
pub(crate) struct History {
    /// The fields of all versions: the current ones in their order, then those that were removed.
    pub(crate) tracks: Vec<Track>,
    pub(crate) steps: Vec<Step>,
    /// The kept struct just below the versions that are described here.
    pub(crate) from: Option<Path>,
    pub(crate) raw: Option<Raw>,
    /// The key, where the versions below those described here come from `events.lock`.
    pub(crate) from_lock: Option<Ident>,
    /// Those versions, from 1.
    pub(crate) locked: Vec<LockedVersion>,
    pub(crate) floor: Option<At>,
    pub(crate) write: Option<At>,
    pub(crate) old_derives: Vec<Path>,
    pub(crate) examples: Vec<Example>,
}

/// One field through all the versions that have it.
pub(crate) struct Track {
    /// Its last name.
    pub(crate) ident: Ident,
    /// Its last type.
    pub(crate) ty: Type,
    pub(crate) vis: Visibility,
    pub(crate) docs: Vec<Attribute>,
    /// What serde is told of it.
    pub(crate) serde: Vec<Meta>,
    /// What we are told of its last type.
    pub(crate) form: Option<Form>,
    /// The first version with it; without one it was there from the start.
    pub(crate) since: Option<At>,
    pub(crate) fill: Fill,
    /// The first version without it.
    pub(crate) until: Option<At>,
    /// In the order of their versions, as are the new types.
    pub(crate) renamed: Vec<Renamed>,
    pub(crate) retyped: Vec<Retyped>,
}

/// What a field is where an event without it is read, or where a version is written that still has it.
pub(crate) enum Fill {
    /// Nobody said.
    Unsaid,
    /// `Default::default()`.
    Default,
    Constant(Box<Expr>),
    /// Computed from the whole event of the version before.
    With(Path),
}

/// `renamed(3, from = "memo")`.
pub(crate) struct Renamed {
    pub(crate) at: At,
    pub(crate) from: LitStr,
}

/// `retyped(2, from = AddressV1, with = path)`.
pub(crate) struct Retyped {
    pub(crate) at: At,
    pub(crate) from: Type,
    pub(crate) with: Option<Path>,
}

/// `step(2 = split_name)`: all of 2 -> 3; without a function the impl is the user's.
pub(crate) struct Step {
    pub(crate) from: At,
    pub(crate) function: Option<Path>,
}

impl Fill {
    pub(crate) fn is_said(&self) -> bool {
        !matches!(self, Self::Unsaid)
    }
}

impl Step {
    pub(crate) fn to(&self) -> u32 {
        self.from.number.saturating_add(1)
    }
}

/// `raw(..=1 = repair)`.
pub(crate) struct Raw {
    pub(crate) up_to: At,
    pub(crate) function: Path,
}

/// `example(1, "..")`.
pub(crate) struct Example {
    pub(crate) of: At,
    pub(crate) json: LitStr,
}

/// Why readers of the version before cannot follow.
pub(crate) enum Raise<'a> {
    Renamed(&'a Track),
    Retyped(&'a Track),
    Removed(&'a Track),
    /// A new field under the key of one that was removed.
    UsedAgain(&'a Track),
    /// A step of the user's; one that is written by hand may know better.
    Step {
        by_hand: bool,
    },
}

impl Track {
    pub(crate) fn lives_in(&self, version: u32) -> bool {
        let gone = self.until.as_ref().is_some_and(|until| until.number <= version);
        self.first() <= version && !gone
    }

    pub(crate) fn first(&self) -> u32 {
        self.since.as_ref().map_or(1, |since| since.number)
    }

    /// The rename that ended the name which the field had in this version.
    pub(crate) fn rename_after(&self, version: u32) -> Option<&Renamed> {
        self.renamed.iter().find(|renamed| renamed.at.number > version)
    }

    pub(crate) fn retype_after(&self, version: u32) -> Option<&Retyped> {
        self.retyped.iter().find(|retyped| retyped.at.number > version)
    }

    pub(crate) fn retype_at(&self, version: u32) -> Option<&Retyped> {
        self.retyped.iter().find(|retyped| retyped.at.number == version)
    }

    pub(crate) fn type_in(&self, version: u32) -> &Type {
        self.retype_after(version).map_or(&self.ty, |retyped| &retyped.from)
    }

    pub(crate) fn ident_in(&self, version: u32) -> Ident {
        match self.rename_after(version) {
            Some(renamed) => stored::ident(&renamed.from),
            None => self.ident.clone(),
        }
    }

    /// The key that the field is stored under; `None` if it has none of its own.
    pub(crate) fn key_in(&self, version: u32, all: RenameAll) -> Option<String> {
        if stored::has(&self.serde, &["skip", "flatten"]) {
            return None;
        }
        match self.rename_after(version) {
            Some(renamed) => Some(renamed.from.value()),
            None => Some(stored::text_of(&self.serde, "rename").unwrap_or_else(|| all.apply(&self.ident))),
        }
    }

    /// Whether the field is no part of what is stored.
    pub(crate) fn is_skipped(&self) -> bool {
        stored::has(&self.serde, &["skip"])
    }

    /// Whether the type is an `Option`, which is absent as `None`.
    pub(crate) fn is_option_in(&self, version: u32) -> bool {
        stored::is_option(self.type_in(version))
    }

    /// Whether a reader fills the field in where its key is absent.
    fn may_be_absent(&self, version: u32) -> bool {
        stored::may_be_absent(self.type_in(version), &self.serde)
    }

    /// The same of the last version that has the field.
    pub(crate) fn may_be_absent_at_last(&self) -> bool {
        self.may_be_absent(
            self.until
                .as_ref()
                .map_or(u32::MAX, |until| until.number.saturating_sub(1)),
        )
    }

    /// Whether a reader of this version, which follows the removal of the field, takes what lies under `key` for it.
    fn is_mistaken_for(&self, key: &str, version: u32, all: RenameAll) -> bool {
        let Some(last) = self.until.as_ref().map(|until| until.number.saturating_sub(1)) else {
            return false;
        };
        let is_read = || {
            let is_alias = |meta: &Meta| stored::alias(meta).as_deref() == Some(key);
            self.key_in(last, all).as_deref() == Some(key) || self.serde.iter().any(is_alias)
        };
        last < version && self.may_be_absent(last) && is_read()
    }
}

impl History {
    /// Whether the struct of a version comes from `events.lock`.
    pub(crate) fn is_locked(&self, version: u32) -> bool {
        self.locked.iter().any(|locked| locked.version == version)
    }

    /// Every change, as the first version that has it and where the user wrote it.
    pub(crate) fn changes(&self) -> Vec<(u32, &LitInt)> {
        let ats = self.tracks.iter().flat_map(|track| {
            let ends = track.since.iter().chain(&track.until);
            let renamed = track.renamed.iter().map(|renamed| &renamed.at);
            ends.chain(renamed)
                .chain(track.retyped.iter().map(|retyped| &retyped.at))
        });
        let changes = ats.map(|at| (at.number, &at.literal));
        changes
            .chain(self.steps.iter().map(|step| (step.to(), &step.from.literal)))
            .collect()
    }

    /// The step that writes all of this version.
    pub(crate) fn step_to(&self, version: u32) -> Option<&Step> {
        self.steps.iter().find(|step| step.to() == version)
    }

    /// Why a reader of the version before cannot follow this one; a change that is declared comes before a step.
    pub(crate) fn raise_at(&self, version: u32, all: RenameAll) -> Option<Raise<'_>> {
        let is_used_again = |track: &Track| {
            let key = track.key_in(version, all);
            key.is_some_and(|key| self.tracks.iter().any(|old| old.is_mistaken_for(&key, version, all)))
        };
        let changed = self.tracks.iter().find_map(|track| {
            let is = |at: &At| at.number == version;
            if track.renamed.iter().any(|renamed| is(&renamed.at)) {
                Some(Raise::Renamed(track))
            } else if track.retype_at(version).is_some() {
                Some(Raise::Retyped(track))
            } else if track.until.as_ref().is_some_and(is) && !track.may_be_absent(version.saturating_sub(1)) {
                Some(Raise::Removed(track))
            } else if track.since.as_ref().is_some_and(is) && is_used_again(track) {
                Some(Raise::UsedAgain(track))
            } else {
                None
            }
        });
        let step = || {
            self.step_to(version).map(|step| Raise::Step {
                by_hand: step.function.is_none(),
            })
        };
        changed.or_else(step)
    }
}

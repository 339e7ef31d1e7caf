//! One event.

mod edge;
mod history;

pub(crate) use history::{At, Example, Fill, History, Raise, Raw, Renamed, Retyped, Step, Track};

use proc_macro2::Span;
use syn::{Fields, Generics, Ident, LitInt, LitStr, Meta, Visibility};

use super::InLock;
use super::stored::{self, RenameAll};
use crate::support::runtime::Runtime;
use crate::support::words::plain;

/// `#[derive(Event)]` on a struct.
pub(crate) struct Event {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    pub(crate) fields: Fields,
    pub(crate) name: Option<LitStr>,
    /// Without one an event is at version 1.
    pub(crate) version: Option<At>,
    /// Read only: an old version that was kept, or an event that was retired.
    pub(crate) frozen: bool,
    pub(crate) context: Option<LitStr>,
    /// What `events.lock` says of it; without a lock nothing.
    pub(crate) lock: Option<InLock>,
    pub(crate) history: History,
    /// What serde is told of the event as a whole.
    pub(crate) serde: Vec<Meta>,
    pub(crate) runtime: Runtime,
}

impl Event {
    /// The name as `check` has accepted it.
    pub(crate) fn name(&self) -> String {
        self.name.as_ref().map(LitStr::value).unwrap_or_default()
    }

    pub(crate) fn version(&self) -> u32 {
        self.version.as_ref().map_or(1, |version| version.number)
    }

    /// The number of the version as it is written; without one, the name of the type.
    pub(crate) fn version_span(&self) -> Span {
        self.version
            .as_ref()
            .map_or_else(|| self.ident.span(), |version| version.literal.span())
    }

    /// The oldest version that is described here. Below it there is a kept struct, raw JSON, or nothing.
    pub(crate) fn lowest(&self) -> u32 {
        let first_change = || self.history.changes().into_iter().map(|(number, _)| number).min();
        match (&self.history.raw, &self.history.from) {
            (Some(raw), _) => raw.up_to.number.saturating_add(1),
            (None, Some(_)) => first_change().map_or(self.version(), |first| first.saturating_sub(1)),
            (None, None) if self.history.from_lock.is_some() => {
                first_change().map_or(self.version(), |first| first.saturating_sub(1))
            }
            (None, None) => 1,
        }
    }

    /// Whether the lowest version is made of something below it by a function or an impl of the user's.
    pub(crate) fn stands_on_older(&self) -> bool {
        self.history.raw.is_some() || self.history.from.is_some()
    }

    pub(crate) fn writes(&self) -> u32 {
        self.history.write.as_ref().map_or(self.version(), |write| write.number)
    }

    /// Why a reader of the version before cannot follow this one.
    pub(crate) fn raise_at(&self, version: u32) -> Option<Raise<'_>> {
        self.history.raise_at(version, self.rename_all())
    }

    /// The last version, up to the one written, that an older reader cannot follow, or what the user says.
    pub(crate) fn floor(&self) -> u32 {
        self.floor_of(self.writes())
    }

    /// The same for a writer of this version. What the user says holds from the version that it names.
    pub(crate) fn floor_of(&self, version: u32) -> u32 {
        let lowest = self.lowest();
        let said = self.history.floor.as_ref().map(|floor| floor.number);
        let (above, else_at) = match said.filter(|floor| *floor <= version) {
            Some(floor) => (self.writes(), floor),
            None if self.stands_on_older() => (lowest, lowest.min(version)),
            None => (lowest, 1),
        };
        let mut raised = (above.saturating_add(1)..=version).rev();
        raised
            .find(|version| self.raise_at(*version).is_some())
            .unwrap_or(else_at)
    }

    /// `Deposited`, also where a kept struct is called `DepositedV2`: its other versions are named beside it.
    fn base(&self) -> String {
        let ident = plain(&self.ident);
        let suffix = format!("V{}", self.version());
        ident
            .strip_suffix(&suffix)
            .filter(|base| !base.is_empty())
            .unwrap_or(&ident)
            .to_owned()
    }

    /// `DepositedV2`.
    pub(crate) fn versioned(&self, version: u32, span: Span) -> Ident {
        Ident::new(&format!("{}V{version}", self.base()), span)
    }

    /// The struct of a version that is described here.
    pub(crate) fn struct_of(&self, version: u32, span: Span) -> Ident {
        if version == self.version() {
            let mut ident = self.ident.clone();
            ident.set_span(span);
            ident
        } else {
            self.versioned(version, span)
        }
    }

    /// Whether serde's derives refuse the struct, or read it in another way than an event is read: then nothing is asked of their impls.
    pub(crate) fn is_refused_by_serde(&self) -> bool {
        let is = |meta: &Meta, keys: &[&str]| keys.iter().any(|key| meta.path().is_ident(key));
        let of_enums = ["untagged", "content", "other", "rename_all_fields", "remote"];
        let mut of_fields = self.history.tracks.iter().flat_map(|track| &track.serde);
        self.serde.iter().any(|meta| is(meta, &of_enums)) || of_fields.any(|meta| is(meta, &["getter", "borrow"]))
    }

    pub(crate) fn rename_all(&self) -> RenameAll {
        stored::text_of(&self.serde, "rename_all").map_or(RenameAll::None, |rule| RenameAll::new(&rule))
    }

    /// The fields of a version that is described here.
    pub(crate) fn fields_in(&self, version: u32) -> impl Iterator<Item = &Track> {
        self.history.tracks.iter().filter(move |track| track.lives_in(version))
    }

    /// What serde is told of a field in a version. The stored key is another one where the field was renamed, and what speaks of the type
    /// goes where it was another one. Other spellings stay: the releases of that version read them.
    pub(crate) fn serde_in<'a>(&'a self, track: &'a Track, version: u32) -> impl Iterator<Item = &'a Meta> {
        let is_renamed = track.rename_after(version).is_some();
        let is_retyped = track.retype_after(version).is_some();
        let speaks_of_type = |meta: &Meta| {
            let with = ["with", "serialize_with", "deserialize_with"];
            stored::is(meta, &with)
                || stored::is(meta, &["skip_serializing_if", "bound", "borrow"])
                || stored::is(meta, &["default"]) && !matches!(meta, Meta::Path(_))
        };
        track.serde.iter().filter(move |meta| {
            let is_of_now = is_renamed && stored::is(meta, &["rename"]) || is_retyped && speaks_of_type(meta);
            !is_of_now && !self.is_taken_alias(version, meta)
        })
    }

    /// Whether this is an `alias` that a field of this version is stored under: then it is no other spelling there.
    fn is_taken_alias(&self, version: u32, meta: &Meta) -> bool {
        let (all, alias) = (self.rename_all(), stored::alias(meta));
        alias.is_some() && self.fields_in(version).any(|track| track.key_in(version, all) == alias)
    }
}

impl At {
    /// A number with its token.
    pub(crate) fn new(number: u32, literal: LitInt) -> Self {
        Self { number, literal }
    }
}

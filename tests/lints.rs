//! No lint fires in generated code. rustc's are denied here, and clippy's when clippy runs: a lint that fires is a span or a form to mend.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    trivial_casts,
    trivial_numeric_casts,
    unused_lifetimes,
    unused_import_braces,
    unused_results,
    unit_bindings,
    variant_size_differences,
    let_underscore_drop,
    redundant_lifetimes,
    meta_variable_misuse,
    non_ascii_idents,
    unnameable_types,
    private_interfaces,
    private_bounds,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    future_incompatible,
    nonstandard_style,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo,
    clippy::allow_attributes,
    clippy::as_conversions,
    clippy::exhaustive_enums,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_trait_methods,
    clippy::min_ident_chars,
    clippy::pattern_type_mismatch,
    clippy::question_mark_used,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::absolute_paths,
    clippy::std_instead_of_core,
    clippy::str_to_string,
    clippy::unreachable,
    clippy::wildcard_enum_match_arm
)]
#![allow(
    clippy::cargo_common_metadata,
    clippy::multiple_crate_versions,
    clippy::exhaustive_enums,
    clippy::allow_attributes,
    clippy::redundant_pub_crate,
    clippy::needless_pass_by_value,
    reason = "about the package, and about the user's own lines"
)]

/// A domain whose own lines are clean: public, documented, and private.
pub mod public {
    use recount::{Context, EventVersion, Requires};

    /// What can happen.
    #[recount::events(prefix = "lint")]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum LintEvent {
        /// It began.
        Begun {
            at: u64,
            text: String,
        },
        Grown,
        /// It ended.
        Ended {
            why: Option<String>,
        },
    }

    /// Why not.
    #[derive(Debug, PartialEq, Eq, thiserror::Error)]
    #[error("it is over")]
    pub struct Over;

    /// The id.
    #[derive(Clone, Debug, recount::StreamKey)]
    pub struct LintId(pub u64);

    /// The state.
    #[derive(Debug, recount::Aggregate)]
    #[aggregate(name = "lint", id = LintId, events = LintEvent)]
    pub enum Lint {
        /// It goes on.
        Going {
            /// Since when.
            since: u64,
        },
        /// It is over.
        Over,
    }

    #[recount::handlers(commands = LintCommand)]
    impl Lint {
        /// Begins.
        #[command]
        #[must_use]
        pub const fn begin(at: u64, text: String) -> Begun {
            Begun { at, text }
        }

        /// Grows.
        ///
        /// # Errors
        /// [`Over`], where it is.
        #[command]
        pub const fn grow(&self) -> Result<Grown, Over> {
            if matches!(*self, Self::Going { .. }) {
                Ok(Grown)
            } else {
                Err(Over)
            }
        }

        /// Begins where nothing has begun.
        #[command]
        #[must_use]
        pub fn ensure(state: Option<&Self>, cx: &Context) -> Option<Begun> {
            let text = cx.id().to_owned();
            if state.is_none() {
                Some(Begun { at: 0, text })
            } else {
                None
            }
        }

        #[apply]
        const fn begun(event: &Begun) -> Self {
            Self::Going { since: event.at }
        }

        #[apply]
        const fn grown(&mut self, _: &Grown) {
            if let Self::Going { ref mut since } = *self {
                *since = since.wrapping_add(1);
            }
        }

        #[apply]
        const fn ended(self, event: &Ended) -> Self {
            if event.why.is_none() { self } else { Self::Over }
        }
    }

    // Imported names would make a qualified path of generated code superfluous, if lints took it for the user's.
    /// The names are used.
    pub const NEEDS: (Requires, &str) = (Requires::Either, <Grown as EventVersion>::NAME);
}

/// The same, seen by nobody else, with structs of its own.
pub(crate) mod private {
    use recount::Event;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, Serialize, Deserialize, Event)]
    #[event(name = "private.happened")]
    pub(crate) struct Happened {
        pub(crate) at: u64,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, Event)]
    #[event(name = "private.over")]
    pub(crate) struct Over;

    #[derive(Debug, Clone, Event)]
    pub(crate) enum PrivateEvent {
        Happened(Happened),
        Over(Over),
    }

    #[derive(Debug, recount::Aggregate)]
    #[aggregate(name = "private", id = String, events = PrivateEvent)]
    pub(crate) struct Private {
        at: u64,
    }

    #[derive(Clone, Debug)]
    pub(crate) struct Happen {
        pub(crate) at: u64,
    }

    #[recount::handlers(derive(Clone, Debug), commands = Request, rejection = String)]
    impl Private {
        #[command(Happen)]
        pub(crate) const fn happen(command: Happen) -> Happened {
            Happened { at: command.at }
        }

        #[command]
        pub(crate) fn finish(&self, by: u64) -> Result<Over, String> {
            if by < self.at { Err(format!("{by}")) } else { Ok(Over) }
        }

        #[apply]
        const fn happened(event: &Happened) -> Self {
            Self { at: event.at }
        }

        #[apply]
        const fn over(&mut self, _: &Over) {
            self.at = 0;
        }
    }

    pub(crate) const fn requests() -> [Request; 2] {
        [Request::Happen(Happen { at: 1 }), Request::Finish(Finish { by: 2 })]
    }
}

/// Events with a past: public, private, and none of whose old fields anybody reads.
pub mod history {
    use recount::{Downcast, Event, Upcast};
    use serde::{Deserialize, Serialize};

    /// A place as it was.
    #[derive(Debug, Clone, Serialize, Deserialize, recount::Schema)]
    pub struct PlaceV1 {
        line: String,
    }

    /// A place.
    #[derive(Debug, Clone, Serialize, Deserialize, recount::Schema)]
    pub struct Place {
        /// The street.
        pub street: String,
    }

    impl From<PlaceV1> for Place {
        fn from(old: PlaceV1) -> Self {
            Self { street: old.line }
        }
    }

    /// Somebody moved.
    #[derive(Debug, Clone, Serialize, Deserialize, Event)]
    #[event(name = "history.moved", version = 5, step(1 = named), step(3), removed(2, name: String), removed(5, unread: u8))]
    pub struct Moved {
        /// Who.
        #[event(since = 2)]
        pub first: String,
        /// Where to.
        #[event(retyped(3, from = PlaceV1))]
        pub place: Place,
        /// How long the street is.
        #[event(since = 4)]
        pub street_len: usize,
        /// How often.
        #[event(since = 5, default = 1)]
        #[serde(default)]
        pub times: u32,
        #[event(renamed(5, from = "memo"))]
        pub(crate) note: Option<String>,
    }

    fn named(old: MovedV1) -> MovedV2 {
        MovedV2 {
            first: old.name,
            place: old.place,
            unread: old.unread,
            memo: old.memo,
        }
    }

    impl Upcast<MovedV3> for MovedV4 {
        fn upcast(old: MovedV3) -> Self {
            Self {
                street_len: old.place.street.len(),
                first: old.first,
                place: old.place,
                unread: old.unread,
                memo: old.memo,
            }
        }
    }

    #[derive(Deserialize, Event)]
    #[event(name = "history.left", version = 1, frozen)]
    struct LeftV1 {
        day: u32,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, Event)]
    #[event(name = "history.left", version = 3, from = LeftV1, write = 2, removed(3, why: Option<String>))]
    pub(crate) struct Left {
        pub(crate) day: u64,
    }

    impl Upcast<LeftV1> for LeftV2 {
        fn upcast(old: LeftV1) -> Self {
            Self {
                day: old.day.into(),
                why: None,
            }
        }
    }

    /// It rang, and nobody says why.
    #[derive(Debug, Clone, Serialize, Deserialize, Event)]
    #[event(name = "history.rang", version = 2, write = 1, step(1), removed(2, loud: bool))]
    pub struct Rang;

    impl Upcast<RangV1> for RangV2 {
        fn upcast(_: RangV1) -> Self {
            Self
        }
    }

    impl Downcast<RangV2> for RangV1 {
        fn downcast(_: RangV2) -> Self {
            Self { loud: true }
        }
    }

    /// All of it.
    #[recount::events(prefix = "history")]
    #[derive(Debug, Clone)]
    pub enum HistoryEvent {
        /// Somebody moved.
        Moved(Moved),
        #[event(version = 2, removed(2, unread: Vec<u8>))]
        Begun {
            #[event(since = 2, default)]
            day: u32,
        },
    }

    /// The private one is used.
    pub(crate) const fn left() -> Left {
        Left { day: 1 }
    }
}

/// Retired types: what is generated names them too, and the user has said already that it is meant.
pub mod retired {
    use serde::{Deserialize, Serialize};

    /// It happened.
    #[deprecated = "nothing emits it any more"]
    #[derive(Debug, Clone, Serialize, Deserialize, recount::Event)]
    #[event(name = "retired.happened")]
    pub struct Happened {
        /// When.
        pub at: u64,
    }

    /// All that happens.
    #[derive(Debug, Clone, recount::Event)]
    #[expect(deprecated, reason = "it is still read")]
    pub enum RetiredEvent {
        /// It happened.
        Happened(Happened),
    }
}

#[path = "lints/reads.rs"]
pub mod reads;

#[test]
fn both_domains_are_used() {
    assert_eq!(history::left().day, 1);
    assert_eq!(public::NEEDS.1, "lint.grown");
    assert_eq!(private::requests().len(), 2);
}

/// A set with a past.
pub mod past {
    use recount::{Event, Split, UnknownEvent};
    use serde::{Deserialize, Serialize};

    /// It began.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Event)]
    #[event(name = "lint.begun")]
    pub struct Begun {
        /// When.
        pub at: u64,
    }

    /// It was polished, which happens no more.
    #[derive(Clone, Debug, PartialEq, Eq, Deserialize, Event)]
    #[event(name = "lint.polished", frozen)]
    pub struct Polished {
        /// When.
        pub at: u64,
    }

    /// It began twice.
    #[derive(Clone, Debug, PartialEq, Eq, Deserialize, Event)]
    #[event(name = "lint.begun_twice", frozen)]
    pub struct BegunTwice {
        /// When.
        pub at: (u64, u64),
    }

    /// What can happen, and could.
    #[derive(Clone, Debug, PartialEq, Eq, Event)]
    #[event(alias("lint.started" => Begun, "lint.started_twice" => BegunTwice))]
    #[event(dropped("lint.blinked", "lint.winked"), split(BegunTwice))]
    pub enum PastEvent {
        /// It began.
        Begun(Begun),
        /// It was polished.
        #[event(frozen)]
        Polished(Polished),
        /// Something else.
        #[event(unknown)]
        Other(UnknownEvent),
    }

    impl Split<PastEvent> for BegunTwice {
        fn split(self, out: &mut dyn FnMut(PastEvent)) {
            let (first, second) = self.at;
            out(Begun { at: first }.into());
            out(Begun { at: second }.into());
        }
    }
}

/// Types inside an event: generic, recursive, deprecated, with a format of their own.
pub mod inside {
    use recount::{Event, Schema};
    use serde::{Deserialize, Serialize};

    /// A tree.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
    pub struct Tree<T: Clone> {
        /// Its value.
        pub value: T,
        /// What grows on it.
        pub kids: Vec<Self>,
        /// What hangs on it.
        #[schema(by_name = "fruit")]
        pub fruit: Option<Box<Fruit>>,
    }

    /// A fruit.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[non_exhaustive]
    pub enum Fruit {
        /// An apple.
        Apple {
            /// Its colour.
            colour: String,
        },
        /// What grows from it.
        Stone(Box<Tree<Seed>>),
        /// Any other.
        #[serde(other)]
        Other,
    }

    /// A seed.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
    #[schema(scalar = "seed", example = "1")]
    pub struct Seed(u8);

    /// Seen from nowhere else.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
    struct Hidden {
        seed: Seed,
        next: Option<Box<Self>>,
    }

    /// A size as it was.
    #[deprecated(note = "it is a number")]
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
    pub struct Size;

    /// Something grew.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Event)]
    #[event(name = "lint.grew")]
    pub struct Grew {
        /// Where.
        pub on: Tree<u8>,
        /// Out of sight.
        hidden: Option<Hidden>,
    }

    /// A type of which only the shape is derived: serde's derives warn of a deprecated field themselves.
    #[derive(Debug, Schema)]
    pub struct Measured {
        /// As it was.
        #[expect(deprecated, reason = "it is still read")]
        pub size: Size,
    }
}

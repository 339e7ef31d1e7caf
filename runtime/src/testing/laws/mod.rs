//! Laws that every domain keeps, tried on histories that are made from the shapes of its events.
//!
//! [`laws!`](crate::laws) writes a test for each law; it stands in a module of its own for each aggregate:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
//! # fn main() {}
//! mod account_laws {
//!     use recount::testing::laws::proptest::prelude::*;
//!
//!     use super::{Account, Withdraw};
//!
//!     fn withdrawals() -> impl Strategy<Value = Withdraw> {
//!         any::<u64>().prop_map(|amount| Withdraw { amount })
//!     }
//!
//!     recount::laws!(Account, commands = withdrawals());
//! }
//! ```
//!
//! # The laws
//!
//! | test | what it holds |
//! |---|---|
//! | [`round_trip`] | what is written is read back as what it was |
//! | [`golden_decodes`] | payloads of every version become current events |
//! | [`floor_honest`] | older readers, down to the floor, read what is written |
//! | [`reader_parity`] | load, history, subscription and fixture read the same |
//! | [`fold_total`] | `#[apply]` panics at no event |
//! | [`fold_twice`] | the same events give the same state |
//! | [`fold_splits`] | in parts as at once, for every cut |
//! | [`snapshot_every_cut`] | a state that is written and read back goes on as it was; only with `snapshots` |
//! | [`decide_twice`] | the same state and command give the same decision; only with `commands` |
//! | [`decision_folds`] | what is decided can be written and folded; only with `commands` |
//! | [`idempotent_command`] | what is declared idempotent decides once; only with `commands` |
//!
//! Of a projection in memory, by `laws!(projection = Balances)`:
//!
//! | test | what it holds |
//! |---|---|
//! | [`view_twice_is_once`] | the same events give the same view |
//! | [`view_batches_agree`] | in parts as at once, for every cut, also copied, and written and read back |
//! | [`view_rebuild_equals_live`] | built anew from the log as fed event by event, by a runtime |
//!
//! # Histories
//!
//! An event that creates comes first, then any; what does not fit, by an error of [`Fold`](crate::Fold), is left out. Versions of the past,
//! aliases, frozen, split and dropped events are among them. What reads one by code of the user's is made from its `example(..)` alone.
//! A failure shows the shortest history found as it is stored, a line of JSON for each event, and the number that makes it again.
//!
//! # Numbers at their ends
//!
//! One number in three stands at an end of its type, or at any place in it, because an event with it can be stored, and an event that is
//! stored is a fact: `balance + amount` that overflows is a stream that nobody can load again. Where [`fold_total`] finds one, the fold can
//! saturate, the state can hold a wider type than the event (`i128` for sums of `u64`), or the event can hold a type of its own whose
//! `Deserialize` refuses what cannot be. Where something outside keeps numbers small for certain, say so by [`Laws::small_numbers`].

mod commands;
mod events;
mod folds;
mod history;
mod kind;
mod readers;
mod rebuilds;
mod search;
mod views;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use commands::{decide_twice, decision_folds, idempotent_command};
pub use events::{floor_honest, golden_decodes, round_trip};
pub use folds::{fold_splits, fold_total, fold_twice, snapshot_every_cut};
/// The crate whose strategies make commands.
pub use proptest;
pub use readers::reader_parity;
pub use rebuilds::view_rebuild_equals_live;
pub use views::{Viewed, view_batches_agree, view_twice_is_once};

/// How laws are tried.
///
/// ```
/// use recount::testing::laws::Laws;
///
/// let longer = Laws::new().cases(1_000).longest(50);
/// # drop(longer);
/// ```
#[derive(Clone, Debug)]
pub struct Laws {
    cases: u32,
    longest: usize,
    seed: Option<u64>,
    small: bool,
}

impl Laws {
    /// As [`laws!`](crate::laws) tries them where it is not told otherwise.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            cases: 100,
            longest: 12,
            seed: None,
            small: false,
        }
    }

    /// How many histories each law is tried on, and how many payloads of each version. Default: 100.
    #[must_use]
    pub const fn cases(mut self, cases: u32) -> Self {
        self.cases = cases;
        self
    }

    /// How many events a history has at most. Default: 12.
    #[must_use]
    pub const fn longest(mut self, events: usize) -> Self {
        self.longest = events;
        self
    }

    /// What the histories are made from: the same ones for the same number. Default: `RECOUNT_SEED`, or another number each time.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// No number in a history is 100 or more, or -100 or less. Default: any number of its type.
    #[must_use]
    pub const fn small_numbers(mut self) -> Self {
        self.small = true;
        self
    }
}

impl Default for Laws {
    fn default() -> Self {
        Self::new()
    }
}

/// A state that a law can compare and show: every type that is `Debug` and `PartialEq`.
#[diagnostic::on_unimplemented(
    message = "the states of `{Self}` cannot be compared and shown, which its laws do",
    label = "not `Debug` and `PartialEq`",
    note = "add `#[derive(Debug, PartialEq)]` to it"
)]
pub trait State: Debug + PartialEq {}

#[diagnostic::do_not_recommend]
impl<A: Debug + PartialEq> State for A {}

/// A state that can be written and read back: every type that is `Serialize` and `DeserializeOwned`.
#[diagnostic::on_unimplemented(
    message = "the states of `{Self}` cannot be written and read back, which `snapshots` asks for",
    label = "not `Serialize` and `Deserialize`",
    note = "add `#[derive(serde::Serialize, serde::Deserialize)]` to it, or leave out `snapshots`"
)]
pub trait Stored: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<A: Serialize + DeserializeOwned> Stored for A {}

/// Writes a test for each [law](crate::testing::laws) of an aggregate, or of a projection. The tests are named after the laws, so each has a
/// module.
///
/// ```text
/// recount::laws!(Account);
/// recount::laws!(Account, snapshots, commands = commands(), options = Laws::new().cases(1_000));
/// ```
///
/// | key | what it does |
/// |---|---|
/// | `snapshots` | tries [`snapshot_every_cut`](crate::testing::laws::snapshot_every_cut) too; the state is `Serialize` and `Deserialize` |
/// | `commands = ..` | a proptest [`Strategy`](crate::testing::laws::proptest::strategy::Strategy) of commands, of one type: the enum of `#[recount::handlers(commands = ..)]` has all of them. Without it the laws of commands are reported as ignored: they were not run |
/// | `options = ..` | a [`Laws`](crate::testing::laws::Laws); without it [`Laws::new`](crate::testing::laws::Laws::new) |
///
/// `laws!(projection = Balances)` writes a test for each law of a projection whose view is in memory, and takes `options = ..`.
///
/// It comes with the feature `laws`, for `[dev-dependencies]`, so that no application builds proptest.
#[macro_export]
macro_rules! laws {
    (projection = $projection:ty $(,)?) => {
        $crate::laws!(projection = $projection, options = $crate::testing::laws::Laws::new());
    };
    (projection = $projection:ty, options = $options:expr $(,)?) => {
        $crate::laws!(@test [$options] view_twice_is_once [$projection]);
        $crate::laws!(@test [$options] view_batches_agree [$projection]);
        $crate::laws!(@test [$options] view_rebuild_equals_live [$projection]);
    };
    (@read $given:tt $snapshots:tt $commands:tt [$options:expr] snapshots $(, $($rest:tt)*)?) => {
        $crate::laws!(@read $given [snapshots] $commands [$options] $($($rest)*)?);
    };
    (@read $given:tt $snapshots:tt $commands:tt [$options:expr] commands = $strategy:expr $(, $($rest:tt)*)?) => {
        $crate::laws!(@read $given $snapshots [$strategy] [$options] $($($rest)*)?);
    };
    (@read $given:tt $snapshots:tt $commands:tt [$old:expr] options = $options:expr $(, $($rest:tt)*)?) => {
        $crate::laws!(@read $given $snapshots $commands [$options] $($($rest)*)?);
    };
    (@read [$aggregate:ty] $snapshots:tt $commands:tt [$options:expr]) => {
        $crate::laws!(@test [$options] round_trip [$aggregate]);
        $crate::laws!(@test [$options] golden_decodes [$aggregate]);
        $crate::laws!(@test [$options] floor_honest [$aggregate]);
        $crate::laws!(@test [$options] reader_parity [$aggregate]);
        $crate::laws!(@test [$options] fold_total [$aggregate]);
        $crate::laws!(@test [$options] fold_twice [$aggregate]);
        $crate::laws!(@test [$options] fold_splits [$aggregate]);
        $crate::laws!(@snapshots $snapshots [$options] snapshot_every_cut [$aggregate]);
        $crate::laws!(@commands $commands [$options] decide_twice [$aggregate]);
        $crate::laws!(@commands $commands [$options] decision_folds [$aggregate]);
        $crate::laws!(@commands $commands [$options] idempotent_command [$aggregate]);
    };
    (@read $given:tt $snapshots:tt $commands:tt $options:tt $($unknown:tt)+) => {
        ::core::compile_error!("after the aggregate come `snapshots`, `commands = ..` and `options = ..`, and nothing else");
    };
    (@test [$options:expr] $law:ident [$aggregate:ty]) => {
        #[::core::prelude::v1::test]
        fn $law() {
            $crate::testing::laws::$law::<$aggregate>(&$options);
        }
    };
    (@snapshots [] $options:tt $law:ident $aggregate:tt) => {};
    (@snapshots [snapshots] $options:tt $law:ident $aggregate:tt) => {
        $crate::laws!(@test $options $law $aggregate);
    };
    (@commands [] $options:tt $law:ident $aggregate:tt) => {
        #[::core::prelude::v1::test]
        #[ignore = "not run: it needs `commands = ..`"]
        fn $law() {}
    };
    (@commands [$strategy:expr] [$options:expr] $law:ident [$aggregate:ty]) => {
        #[::core::prelude::v1::test]
        fn $law() {
            $crate::testing::laws::$law::<$aggregate, _>(&$options, $strategy);
        }
    };
    ($aggregate:ty $(, $($rest:tt)*)?) => {
        $crate::laws!(@read [$aggregate] [] [] [$crate::testing::laws::Laws::new()] $($($rest)*)?);
    };
}

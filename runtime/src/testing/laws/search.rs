//! Looking for a history that breaks a law, and for the shortest one.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::testing::StoredEvent;
use crate::testing::laws::Laws;
use crate::testing::laws::history::{History, Material, Pick};

/// The variable that takes the seed of a run; that of the tests of a schema too.
const SEED: &str = "RECOUNT_SEED";

/// What shrinking may cost at most; a history is some dozen picks, and takes some hundred steps.
const STEPS: u32 = 10_000;

/// How a law is broken: what is not as it should be, and the history that shows it.
pub(super) struct Broken {
    what: String,
    /// The history, a line for each event.
    lines: Vec<String>,
}

impl Broken {
    pub(super) fn by(events: &[StoredEvent], what: impl Into<String>) -> Self {
        Self::by_lines(events.iter().map(StoredEvent::line), what)
    }

    pub(super) fn by_lines(lines: impl IntoIterator<Item = String>, what: impl Into<String>) -> Self {
        let (what, lines) = (what.into(), lines.into_iter().collect());
        Self { what, lines }
    }

    /// The failure of a test.
    fn text(&self, name: &str, law: &str, seed: u64) -> String {
        format!(
            "the law `{law}` of `{name}` is broken: {}\nthe shortest history found, as it is stored:\n  {}\nthe same again: \
             {SEED}={seed}",
            self.what,
            self.lines.join("\n  ")
        )
    }

    /// Fails the test.
    #[track_caller]
    pub(super) fn fail(&self, name: &str, law: &str, seed: u64) -> ! {
        panic!("{}", self.text(name, law, seed))
    }
}

/// Two values that should be one; the text of the difference where they are not.
pub(super) fn same<T: Debug + PartialEq>(expected: &T, actual: &T, what: &str) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{what}\n  - {expected:?}\n  + {actual:?}"))
}

impl Laws {
    /// What this run is made from: the seed that was set, that of the environment, or a new one.
    ///
    /// # Panics
    /// If the variable holds no whole number.
    #[track_caller]
    pub(super) fn run_seed(&self) -> u64 {
        let of_environment = || {
            let text = std::env::var(SEED).ok()?;
            let seed = text.parse();
            Some(seed.unwrap_or_else(|_| panic!("`{SEED}={text}` is no whole number")))
        };
        let new = || u64::try_from(Uuid::new_v4().as_u128() >> 64).unwrap_or_default();
        self.seed.or_else(of_environment).unwrap_or_else(new)
    }

    /// Tries a law on histories alone.
    #[track_caller]
    pub(super) fn each<A: Aggregate>(&self, law: &str, check: impl Fn(&History) -> Result<(), Broken>) {
        self.each_with::<A, _>(law, Just(()), |history, ()| check(history));
    }

    /// Tries a law on histories, each with a value of this strategy.
    ///
    /// # Panics
    /// If one breaks it, with the shortest one found.
    #[track_caller]
    pub(super) fn each_with<A: Aggregate, S: Strategy>(
        &self,
        law: &str,
        with: S,
        check: impl Fn(&History, S::Value) -> Result<(), Broken>,
    ) {
        let material = Material::of::<A>(self.small);
        let kinds = material.kinds.len();
        self.each_pick((A::NAME, law), kinds, with, |picks, value| {
            check(&material.draw::<A>(picks), value)
        });
    }

    /// Tries a law, of so many kinds of events, on picks of them.
    ///
    /// # Panics
    /// If some break it, with the fewest found.
    #[track_caller]
    pub(super) fn each_pick<S: Strategy>(
        &self,
        (name, law): (&str, &str),
        kinds: usize,
        with: S,
        check: impl Fn(&[Pick], S::Value) -> Result<(), Broken>,
    ) {
        let seed = self.run_seed();
        let config = Config {
            cases: self.cases,
            max_shrink_iters: STEPS,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(seed),
            ..Config::default()
        };
        // The plainest payloads stand first, because a choice shrinks towards its first.
        let seeds = prop_oneof![1 => 0..3_u64, 3 => any::<u64>()];
        let picks = vec((0..kinds, seeds), 0..=self.longest);
        let found = TestRunner::new(config).run(&(picks, with), |(picks, value): (Vec<Pick>, S::Value)| {
            check(&picks, value).map_err(|broken| TestCaseError::fail(broken.text(name, law, seed)))
        });
        match found {
            Ok(()) => {}
            Err(TestError::Fail(broken, _)) => panic!("{}", broken.message()),
            Err(TestError::Abort(reason)) => panic!("the law `{law}` of `{name}` was not tried: {reason}"),
        }
    }
}

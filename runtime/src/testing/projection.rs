//! Given events, then a view.

use std::fmt::{self, Debug};

use crate::causes::with_causes;
use crate::clock::Timestamp;
use crate::codec;
use crate::event::Event;
use crate::projection::{InMemory, KeptInMemory, Projects};
use crate::testing::StoredEvent;
use crate::testing::inputs::Inputs;

/// A projection in memory to which nothing has happened yet.
///
/// Events are encoded and decoded on their way, as in the runtime, and each is handled by two views side by side: a test fails if they
/// become different, because a view that is built again has to be the same.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use std::collections::BTreeMap;
///
/// use recount::{Meta, Projection, testing};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Projection, Default, Serialize, Deserialize)]
/// #[projection(name = "balances", reads(Account))]
/// struct Balances { by_account: BTreeMap<String, u64> }
///
/// #[recount::handlers]
/// impl Balances {
///     #[on] fn deposited(&mut self, event: &Deposited, meta: &Meta) {
///         *self.by_account.entry(meta.id().into()).or_default() += event.amount;
///     }
///     #[query] pub fn balance(&self, account: &str) -> Option<u64> { self.by_account.get(account).copied() }
/// }
///
/// # fn main() {
/// testing::project::<Balances>()
///     .given("acc-1", [Deposited { amount: 100 }, Deposited { amount: 50 }])
///     .then(|view| assert_eq!(view.balance("acc-1"), Some(150)));
/// # }
/// ```
#[must_use = "a test says what follows: add `.then(..)`"]
pub fn project<P>() -> Projected<P>
where
    P: Projects<View = InMemory<P>> + KeptInMemory,
{
    Projected {
        views: [P::default(), P::default()],
        inputs: Inputs::new(),
    }
}

/// A view and what has happened to it; made by [`project`].
pub struct Projected<P> {
    /// The view, and the one that has to stay equal to it.
    views: [P; 2],
    inputs: Inputs,
}

impl<P> Projected<P>
where
    P: Projects<View = InMemory<P>> + KeptInMemory,
{
    /// This has happened to the aggregate of this id, after what was given before.
    ///
    /// # Panics
    /// If an event belongs to no aggregate that the projection reads, or cannot be written or read.
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn given<E: Event>(self, id: &str, events: impl IntoIterator<Item = E>) -> Self {
        let stored = events
            .into_iter()
            .map(|event| Inputs::stored(&event))
            .collect::<Vec<_>>();
        self.given_stored(id, stored)
    }

    /// The same, as an earlier release has written it.
    ///
    /// # Panics
    /// As [`given`](Self::given).
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn given_stored(mut self, id: &str, events: impl IntoIterator<Item = StoredEvent>) -> Self {
        for stored in events {
            let [view, twin] = &mut self.views;
            self.inputs.hand::<P>(id, &stored, &mut |event, meta| {
                let (Ok(_), Ok(_)) = (P::project(view, event, meta), P::project(twin, event, meta));
            });
            self.check(stored.name());
        }
        self
    }

    /// What is given next is recorded at this time. Default: [`NOW`](crate::testing::NOW).
    #[must_use = "a test says what follows: add `.then(..)`"]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.inputs.now = now;
        self
    }

    /// The view passes `check`.
    ///
    /// # Panics
    /// If `check` panics.
    #[track_caller]
    pub fn then(self, check: impl FnOnce(&P)) -> Self {
        check(&self.views[0]);
        self
    }

    /// Rule 8.1: a view follows from its events, and from nothing else.
    #[track_caller]
    fn check(&self, name: &str) {
        let [view, twin] = self.views.each_ref().map(|view| match codec::encode(view) {
            Ok(json) => json,
            Err(error) => panic!("the view `{}` cannot be written: {}", P::NAME, with_causes(&error)),
        });
        if let Some(path) = codec::difference(&view, &twin) {
            panic!(
                "`{}` handled `{name}` twice, and the two views differ at `{path}`: a handler takes everything from its event and its \
                 `&Meta`, and nothing from elsewhere",
                P::NAME
            );
        }
    }
}

impl<P> Debug for Projected<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projected")
            .field("inputs", &self.inputs)
            .finish_non_exhaustive()
    }
}

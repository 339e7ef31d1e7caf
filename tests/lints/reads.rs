//! What reads: public, private, over a database, conditional.
#![allow(
    clippy::unused_self,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_ref_mut,
    reason = "about the forms of `#[on]`, on the user's own lines"
)]

/// A public projection, with messages.
pub mod public {
    use std::collections::BTreeMap;

    use recount::{Meta, Projection};
    use serde::{Deserialize, Serialize};

    use crate::public::{Begun, Ended, Grown, Lint};

    /// How often something grew.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Projection)]
    #[projection(name = "growth", reads(Lint), rev = 1, mode = inline, on_error = park(max = 3))]
    pub struct Growth {
        /// By the id.
        pub times: BTreeMap<String, u64>,
    }

    #[recount::handlers(queries = GrowthQuery)]
    impl Growth {
        #[on(key = event.at)]
        fn begun(&mut self, event: &Begun, meta: &Meta) {
            let _before = self.times.insert(meta.id().to_owned(), event.at);
        }

        #[on]
        const fn grown(&mut self, _: &Grown) {}

        #[cfg(not(target_os = "none"))]
        #[on(key = meta.id())]
        fn ended(&mut self, _: &Ended, meta: &Meta) {
            let _before = self.times.remove(meta.id());
        }

        /// How often.
        #[query]
        #[must_use]
        pub fn times(&self, id: &str, least: u64) -> Option<u64> {
            self.times.get(id).copied().filter(|times| *times >= least)
        }

        /// How many.
        #[query]
        #[must_use]
        pub fn count(&self) -> usize {
            self.times.len()
        }
    }
}

/// A view in a database.
pub(crate) mod database {
    use recount::{Projection, ViewStore};

    use crate::public::{Grown, Lint};

    #[derive(Debug)]
    pub(crate) struct Table;

    #[derive(Debug)]
    pub(crate) struct Rows<'rows>(pub(crate) &'rows mut u64);

    #[derive(Debug, thiserror::Error)]
    #[error("no room")]
    pub(crate) struct NoRoom;

    impl ViewStore for Table {
        type Tx<'rows> = Rows<'rows>;
        type Shown = ();
        type Error = NoRoom;
    }

    #[derive(Debug, Default, Projection)]
    #[projection(name = "rows", reads(Lint), view = Table)]
    pub(crate) struct Counted;

    #[recount::handlers]
    impl Counted {
        #[on]
        const fn grown(&self, tx: &mut Rows<'_>, _: &Grown) -> Result<(), NoRoom> {
            *tx.0 = tx.0.wrapping_add(1);
            if *tx.0 == 0 { Err(NoRoom) } else { Ok(()) }
        }
    }
}

/// Policies and processes.
pub mod reacting {
    use core::time::Duration;

    use recount::{After, Command, Due, End, Failed, Meta, OrPark, Policy, Process, Timer, To};
    use serde::{Deserialize, Serialize};

    use crate::public::{Begun, Ended, Grow, Grown, Lint, LintId};

    /// Grows what has begun.
    #[derive(Clone, Copy, Debug, Default, Policy)]
    #[policy(name = "growing", reads(Lint), start = now)]
    pub struct Growing;

    #[recount::handlers]
    impl Growing {
        #[on]
        fn begun(&self, event: &Begun, _: &Meta) -> Option<OrPark<Grow>> {
            Some(Grow {}.to(LintId(event.at)).or_park())
        }
    }

    /// It takes long.
    #[derive(Clone, Copy, Debug, Serialize, Deserialize, Timer)]
    #[timer(name = "slow")]
    pub struct Slow {
        /// Which.
        pub which: u64,
    }

    /// Waits for the end.
    #[derive(Clone, Copy, Debug, Process)]
    #[process(name = "ending", id = String, reads(Lint), start = beginning, rev = 3)]
    pub struct Ending {
        which: u64,
    }

    #[recount::handlers]
    impl Ending {
        #[apply]
        const fn first(event: &Begun) -> Self {
            Self { which: event.at }
        }

        #[on(start, key = meta.id())]
        const fn begun(&self, event: &Begun, _: &Meta) -> After<Slow> {
            After(Duration::from_secs(event.at), Slow { which: self.which })
        }

        #[on(key = meta.id())]
        const fn grown(&self, _: &Grown) {}

        #[on(key = meta.id())]
        const fn ended(&self, _: &Ended) -> End {
            End
        }

        #[on]
        fn slow(&self, due: &Due<Slow>, _: &Meta) -> (To<Grow>, Vec<End>) {
            (Grow {}.to(LintId(due.0.which)), vec![])
        }

        #[on]
        const fn not_grown(&self, _: &Failed<Grow>) {}
    }
}

#[test]
fn the_private_one_is_used() {
    assert_eq!(<database::Counted as recount::Projects>::NEEDS, ["lint.grown"]);
}

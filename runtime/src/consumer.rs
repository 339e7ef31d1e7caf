//! What reads events of several aggregates: the name it has, what it reads, and where it begins.

use std::any::Any;

use crate::aggregate::Aggregate;
use crate::envelope::RawEvent;
use crate::event::{DecodeError, EventName, EventSet, Outcome, StoredName};
use crate::schema::SetFacts;
use crate::store::Filter;

/// Reads events: a projection, a policy or a process. Written by their derives.
#[diagnostic::on_unimplemented(
    message = "`{Self}` reads no events",
    label = "neither a projection nor a policy nor a process",
    note = "derive what it is: `#[derive(Projection)]`, `#[derive(Policy)]` or `#[derive(Process)]`"
)]
pub trait Consumer: Sized + Send + Sync + 'static {
    /// Its name beside its checkpoint, one alone in a runtime. Stored, so it is no Rust path.
    const NAME: &'static str;
    /// The aggregates whose events it reads.
    const READS: &'static [Source];
    /// The revision of its logic: another one is another consumer.
    const REV: u32 = 0;
    /// The bound of a loop, `hops = 8` in the attribute of its derive: how many reactions may lie before an event that a policy or a process
    /// reacts to (rule 9.6). Without one it may be part of no cycle, and 64 is the bound all the same.
    const HOPS: Option<u32> = None;
    /// What it is, as its derive says it.
    #[doc(hidden)]
    const IS: Is = Is::Unsaid;
}

/// What a consumer is: what `#[recount::handlers]` asks, which sees its own block alone.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// It was written by hand.
    Unsaid,
    /// A projection whose view is itself.
    InMemory,
    /// A projection whose view lives in a database.
    InDatabase,
    Policy,
    Process,
}

/// One aggregate that a consumer reads.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::Source;
///
/// const READS: &[Source] = &[Source::of::<Account>()];
/// # fn main() {
/// assert_eq!(READS[0].category(), "account");
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Source {
    category: &'static str,
    names: &'static [StoredName],
    facts: &'static SetFacts,
    decode: Decode,
}

/// Reads one stored event, and gives each event that it becomes to the function.
type Decode = fn(&RawEvent<'_>, &mut dyn FnMut(&dyn Any)) -> Result<Outcome, DecodeError>;

impl Source {
    /// The events of this aggregate.
    #[must_use]
    pub const fn of<A: Aggregate>() -> Self {
        Self {
            category: A::NAME,
            names: A::Events::NAMES,
            facts: A::Events::FACTS,
            decode: |raw, out| A::Events::decode_into(raw, &mut |event| out(event.event())),
        }
    }

    /// The category of its streams: the name of the aggregate.
    #[must_use]
    pub const fn category(&self) -> &'static str {
        self.category
    }

    /// Every stored name that is read, with the event that it becomes.
    #[must_use]
    pub const fn names(&self) -> &'static [StoredName] {
        self.names
    }

    /// What the lock knows of its events.
    #[doc(hidden)]
    #[must_use]
    pub const fn facts(&self) -> &'static SetFacts {
        self.facts
    }

    /// Reads a stored event and gives each event it becomes to `out`, in order: the way of every other reader too (rule 5.3).
    ///
    /// # Errors
    /// [`DecodeError`], as [`EventSet::decode_into`].
    pub fn decode(&self, raw: &RawEvent<'_>, out: &mut dyn FnMut(&dyn Any)) -> Result<Outcome, DecodeError> {
        (self.decode)(raw, out)
    }
}

/// Where a policy or a process begins when it is started for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With what happens from now on.
    Now,
    /// With the first event of the store.
    Beginning,
}

/// The stored names that this build knows in a source and a consumer does not need: what a store may leave out in its category, and nothing
/// else, so that a name that is not known there still arrives (rule 7.8), also where another source knows it. A name that becomes several
/// events or none is not left out.
#[must_use]
pub fn left_out(source: &'static Source, needs: &[EventName]) -> Vec<EventName> {
    let is_needed = |stored: &&StoredName| stored.event.is_none_or(|event| needs.contains(&event));
    let left_out = source.names.iter().filter(|stored| !is_needed(stored));
    left_out.map(|stored| stored.name).collect()
}

/// What is asked of a store for a consumer: what it reads, and all of a category beside that if there is one.
pub(crate) fn filter(reads: &'static [Source], needs: &[EventName], beside: Option<&'static str>) -> Filter {
    let categories = reads.iter().map(Source::category).chain(beside);
    let all = Filter::default().categories(categories);
    // Of one category alone the name alone is asked for, which a store compares once for all events of that name.
    let is_alone = reads.len() == 1 && beside.is_none();
    reads.iter().fold(all, |filter, source| match left_out(source, needs) {
        names if is_alone => filter.without(names),
        names => filter.without_in(source.category, names),
    })
}

#[cfg(test)]
mod tests {
    use super::{Source, StoredName, filter, left_out};
    use crate::event::Outcome;
    use crate::schema::SetFacts;

    const fn source(category: &'static str, names: &'static [StoredName]) -> Source {
        Source {
            category,
            names,
            facts: &SetFacts {
                rust: "",
                context: "",
                members: &[],
                aliases: &[],
                dropped: &[],
            },
            decode: |_, _| Ok(Outcome::Dropped),
        }
    }

    const fn one(name: &'static str, event: &'static str) -> StoredName {
        StoredName {
            name,
            event: Some(event),
        }
    }

    const fn several(name: &'static str) -> StoredName {
        StoredName { name, event: None }
    }

    /// Rule 7.8: a name is left out where it is known and not needed, and nowhere else.
    #[test]
    fn only_what_a_source_knows_is_left_out() {
        const OF_ACCOUNTS: &[StoredName] = &[
            one("opened", "account.opened"),
            one("noted", "account.noted"),
            one("moved", "account.moved"),
            one("closed", "account.closed"),
        ];
        const OF_LOANS: &[StoredName] = &[
            one("opened", "loan.granted"),
            one("noted", "loan.noted"),
            several("moved"),
        ];
        const READS: &[Source] = &[source("account", OF_ACCOUNTS), source("loan", OF_LOANS)];
        const ALONE: &[Source] = &[source("account", OF_ACCOUNTS)];
        let taken = |reads: &'static [Source], category: &str, needs: &[&'static str]| {
            let filter = filter(reads, needs, Some("$beside"));
            ["opened", "noted", "moved", "closed"].map(|name| filter.takes_in(category, name))
        };
        assert_eq!(taken(READS, "account", &[]), [false; 4]);
        assert_eq!(
            taken(READS, "loan", &[]),
            [false, false, true, true],
            "`moved` becomes nobody knows what among loans, and `closed` is what only a newer build knows there"
        );
        assert_eq!(taken(READS, "account", &["loan.granted"]), [false; 4]);
        assert_eq!(taken(READS, "loan", &["loan.granted"]), [true, false, true, true]);
        assert_eq!(taken(READS, "$beside", &[]), [true; 4], "nobody here knows its names");
        assert_eq!(taken(ALONE, "$beside", &[]), [true; 4]);
        let alone = filter(ALONE, &["account.opened"], None);
        assert!(alone.takes_name("opened") && !alone.takes_name("noted"));
        assert_eq!(
            taken(ALONE, "account", &["account.opened"]),
            [true, false, false, false]
        );
        assert_eq!(left_out(&READS[1], &["loan.noted"]), ["opened"]);
    }
}

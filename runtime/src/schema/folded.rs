//! The fingerprint of what a state or a view is folded from: its own shape, and all that decides what the stored events read as.

use crate::schema::lock::{Fingerprint, parts};
use crate::schema::{Member, Role, SetFacts, Shape, fingerprint, snapshot_fingerprint};

/// [`snapshot_fingerprint`] with the names, versions and declared changes of the events: an event that is dropped, renamed or given another
/// default folds to another state, and has the same shapes.
pub(crate) fn folded_fingerprint(state: &Shape, set: &SetFacts, rev: u32) -> Fingerprint {
    let mut events = Events::default();
    for member in set.members {
        events.add(member);
    }
    for (old, new) in set.aliases {
        events.add_alias(old, new);
    }
    for dropped in set.dropped {
        events.add_part(parts::text(parts::word("dropped"), dropped));
    }
    events.finish(state, rev)
}

/// The same for a view of several sets, which follows from the events of these names alone: what else is in the sets may change, and the
/// view is still the same. An event that becomes several may become one of them, so all of those count.
pub(crate) fn consumed_fingerprint<'a>(
    view: &Shape,
    sets: impl IntoIterator<Item = &'a SetFacts>,
    needs: &[&str],
    rev: u32,
) -> Fingerprint {
    let mut events = Events::default();
    for set in sets {
        for member in set.members {
            if needs.contains(&member.event.name) || matches!(member.role, Role::Split) {
                events.add(member);
            }
        }
        for (old, new) in set.aliases {
            if needs.contains(new) {
                events.add_alias(old, new);
            }
        }
    }
    for name in needs {
        events.add_part(parts::text(parts::word("needs"), name));
    }
    events.finish(view, rev)
}

/// The same over tables that look like this: what a script that creates them says.
pub(crate) fn laid_out(identity: Fingerprint, layout: &str) -> Fingerprint {
    let hash = parts::push(parts::word("layout"), identity.0);
    Fingerprint(parts::close(parts::text(hash, layout)))
}

/// What the events read as, in any order.
#[derive(Default)]
struct Events {
    shapes: Vec<&'static Shape>,
    sum: u128,
}

impl Events {
    fn add_part(&mut self, hash: u128) {
        self.sum = self.sum.wrapping_add(parts::close(hash));
    }

    fn add_alias(&mut self, old: &str, new: &str) {
        self.add_part(parts::text(parts::text(parts::word("alias"), old), new));
    }

    fn add(&mut self, member: &Member) {
        let role = match member.role {
            Role::Current => "current",
            Role::Frozen => "frozen",
            Role::Split => "split",
        };
        let mut next = Some(member.event);
        while let Some(event) = next {
            for version in event.versions {
                let hash = parts::text(parts::text(parts::word("event"), event.name), role);
                let hash = parts::number(hash, u128::from(version.version));
                let shape = version.shape.map_or(0, |shape| fingerprint(shape).0);
                let hash = version
                    .edge
                    .iter()
                    .fold(parts::push(hash, shape), |hash, edge| parts::text(hash, edge));
                self.add_part(hash);
                self.shapes.extend(version.shape);
            }
            next = event.older;
        }
    }

    fn finish(self, state: &Shape, rev: u32) -> Fingerprint {
        let folded = snapshot_fingerprint(state, &self.shapes, rev);
        Fingerprint(parts::close(parts::push(folded.0, self.sum)))
    }
}

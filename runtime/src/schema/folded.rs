//! The fingerprint of what a state is folded from: its own shape, and all that decides what the stored events of its set read as.

use crate::schema::lock::{Fingerprint, parts};
use crate::schema::{Role, SetFacts, Shape, fingerprint, snapshot_fingerprint};

/// [`snapshot_fingerprint`] with the names, versions and declared changes of the events: an event that is dropped, renamed or given another
/// default folds to another state, and has the same shapes.
pub(crate) fn folded_fingerprint(state: &Shape, set: &SetFacts, rev: u32) -> Fingerprint {
    let (mut shapes, mut sum) = (Vec::new(), 0_u128);
    let mut add = |hash: u128| sum = sum.wrapping_add(parts::close(hash));
    for member in set.members {
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
                add(hash);
                shapes.extend(version.shape);
            }
            next = event.older;
        }
    }
    for (old, new) in set.aliases {
        add(parts::text(parts::text(parts::word("alias"), old), new));
    }
    for dropped in set.dropped {
        add(parts::text(parts::word("dropped"), dropped));
    }
    let folded = snapshot_fingerprint(state, &shapes, rev);
    Fingerprint(parts::close(parts::push(folded.0, sum)))
}

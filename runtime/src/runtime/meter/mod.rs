//! The counts of the runtime: by the crate `metrics` under the feature of that name, and nothing without it.

#[cfg_attr(feature = "metrics", path = "on.rs")]
#[cfg_attr(not(feature = "metrics"), path = "off.rs")]
mod counts;

pub(super) use counts::{
    Began, appended, command, conflict, describe, evicted, folded, found, ignored, kept, parked, projected, published,
    reacted, stopped, transaction,
};

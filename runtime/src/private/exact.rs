//! Whether an event that is read from its own bytes is the same again, where its type proves it: then nobody has to read it to know.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use uuid::Uuid;

/// A value that serde writes and reads back as the same, whatever it is. Only for types whose `Serialize` and `Deserialize` are known: those
/// of users may be written by hand, and read less than they take.
pub trait Exact {
    /// Whether that is so for what is in it as well.
    const IS_EXACT: bool = true;
    /// Whether it may be written as `null`, which an `Option` around it would read as nothing.
    const MAY_BE_NULL: bool = false;
}

macro_rules! exact {
    ($($ty:ty),* $(,)?) => { $(impl Exact for $ty {})* };
}

// No floats: what is not finite is refused, and others are read with the last digit off.
exact!(
    bool, char, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, String, Uuid
);

impl<T: Exact> Exact for Option<T> {
    const IS_EXACT: bool = T::IS_EXACT && !T::MAY_BE_NULL;
    const MAY_BE_NULL: bool = true;
}

impl<T: Exact> Exact for Box<T> {
    const IS_EXACT: bool = T::IS_EXACT;
    const MAY_BE_NULL: bool = T::MAY_BE_NULL;
}

impl<T: Exact> Exact for Vec<T> {
    const IS_EXACT: bool = T::IS_EXACT;
}

impl<T: Exact> Exact for BTreeSet<T> {
    const IS_EXACT: bool = T::IS_EXACT;
}

impl<T: Exact> Exact for BTreeMap<String, T> {
    const IS_EXACT: bool = T::IS_EXACT;
}

impl<A: Exact, B: Exact> Exact for (A, B) {
    const IS_EXACT: bool = A::IS_EXACT && B::IS_EXACT;
}

/// An event whose struct, with its `Serialize` and `Deserialize`, was written by `#[recount::events]`.
///
/// Another trait than that of its fields: an event inside itself would ask for the answer to its own question.
pub trait ExactEvent {
    /// Whether that is so for each field.
    const IS_EXACT: bool;
}

/// Has the constant `IS_EXACT` of its own where `T` is [`Exact`], and otherwise that of [`Unproven`]: an inherent one goes first.
#[derive(Debug)]
pub struct Proof<T>(PhantomData<T>);

impl<T: Exact> Proof<T> {
    /// What the type says.
    pub const IS_EXACT: bool = T::IS_EXACT;
}

/// The same for an event.
#[derive(Debug)]
pub struct EventProof<E>(PhantomData<E>);

impl<E: ExactEvent> EventProof<E> {
    /// What its fields say.
    pub const IS_EXACT: bool = E::IS_EXACT;
}

/// What is left where nothing is known.
pub trait Unproven {
    /// It may be.
    const IS_EXACT: bool = false;
}

impl<T> Unproven for Proof<T> {}
impl<E> Unproven for EventProof<E> {}

#[cfg(test)]
mod tests {
    use super::*;

    struct Unknown;

    /// Rule 1.10: only what is known to be read back as it was is left unread.
    #[test]
    fn what_is_not_known_is_not_proven() {
        assert!(Proof::<u64>::IS_EXACT && Proof::<Option<String>>::IS_EXACT);
        assert!(Proof::<BTreeMap<String, Vec<(u8, Option<Uuid>)>>>::IS_EXACT);
        assert!(!Proof::<Unknown>::IS_EXACT && !Proof::<Vec<Unknown>>::IS_EXACT);
        assert!(!Proof::<f64>::IS_EXACT && !Proof::<u128>::IS_EXACT);
        assert!(!Proof::<Option<Option<u8>>>::IS_EXACT && !Proof::<Vec<Option<Box<Option<u8>>>>>::IS_EXACT);
    }
}

//! Whether a type can be copied, asked without a bound: what `derive(Aggregate)` writes works for types that are `Clone` and for others.

use std::marker::PhantomData;

/// Has the constant `COPY` of its own where `T` is `Clone`, and otherwise that of [`NotCopied`]: an inherent one goes first.
#[derive(Debug)]
pub struct Copied<T>(PhantomData<T>);

impl<T: Clone> Copied<T> {
    /// `T` is `Clone`.
    pub const COPY: Option<fn(&T) -> T> = Some(T::clone);
}

/// What is left where `T` is not `Clone`.
pub trait NotCopied<T> {
    /// Nothing copies a `T`.
    const COPY: Option<fn(&T) -> T> = None;
}

impl<T> NotCopied<T> for Copied<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_found_and_others_are_not_asked_for_one() {
        struct Plain;
        let copy = Copied::<String>::COPY.expect("a text is `Clone`");
        assert_eq!(copy(&"a".to_owned()), "a");
        assert!(Copied::<Plain>::COPY.is_none());
    }
}

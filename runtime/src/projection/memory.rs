//! Views in the memory of the process.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::projection::ViewStore;

/// The view is a value in memory: its handlers change it directly.
#[derive(Debug)]
pub struct InMemory<P>(PhantomData<fn() -> P>);

impl<P: Send + Sync + 'static> ViewStore for InMemory<P> {
    type Tx<'a> = P;
    type Shown = P;
    type Error = Infallible;
}

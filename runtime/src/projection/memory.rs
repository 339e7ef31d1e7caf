//! Views in the memory of the process.

use std::convert::Infallible;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::projection::ViewStore;

/// A view that can be kept in memory: it begins as its default, and is saved with its checkpoint.
#[diagnostic::on_unimplemented(
    message = "the view `{Self}` cannot be kept in memory",
    label = "could not begin, or not be saved and read",
    note = "derive what it needs: `#[derive(Default, serde::Serialize, serde::Deserialize)]`, or name a database: `view = ...`"
)]
pub trait KeptInMemory: Default + Serialize + DeserializeOwned + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<P: Default + Serialize + DeserializeOwned + Send + Sync + 'static> KeptInMemory for P {}

/// The view is a value in memory: its handlers change it directly.
#[derive(Debug)]
pub struct InMemory<P>(PhantomData<fn() -> P>);

impl<P: Send + Sync + 'static> ViewStore for InMemory<P> {
    type Tx<'a> = P;
    type Shown = P;
    type Error = Infallible;
}

//! Time in a process: timers that are recorded, and the end.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is recorded before it is done: a command that is sent, a timer that is set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded",
    label = "is written before it is done, and read after a restart",
    note = "derive what it needs: `#[derive(serde::Serialize, serde::Deserialize)]`"
)]
pub trait Recordable: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Recordable for T {}

/// What a process is reminded of. Written by `#[derive(Timer)] #[timer(name = "late")]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timer",
    note = "derive it: `#[derive(Timer, Serialize, Deserialize)] #[timer(name = \"...\")]`"
)]
pub trait Timer: Recordable + Send + 'static {
    /// Its name in its instance: setting a timer of the same name again replaces it.
    const NAME: &'static str;

    /// The effect that takes the timer of this name back.
    #[must_use]
    fn cancel() -> CancelTimer<Self> {
        CancelTimer(PhantomData)
    }
}

/// The effect that sets a timer: it comes back as [`Due`] at the earliest when so much time has passed since the input was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After<T>(pub Duration, pub T);

/// The effect that takes a timer back; made by [`Timer::cancel`].
pub struct CancelTimer<T>(PhantomData<fn() -> T>);

/// A timer that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due<T>(pub T);

/// The effect that ends the instance: its timers are gone, and what arrives for it later is ignored and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End;

impl<T> fmt::Debug for CancelTimer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CancelTimer")
    }
}

/// The due timer of a type, from its recorded bytes.
pub(super) fn due<T: Timer>(payload: &[u8]) -> Result<Box<dyn Any + Send>, crate::codec::JsonError> {
    let timer: T = crate::codec::decode_value(payload)?;
    Ok(Box::new(Due(timer)))
}

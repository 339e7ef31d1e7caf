//! Wakes those who wait for what is new in a store.

use tokio::sync::Notify;

use crate::store::ReadError;

/// Who waits. It holds no event and no position: whoever is woken looks for himself, so a wake-up too many is harmless.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Notify);

impl Arrivals {
    /// Something is new: to be called once readers can see it.
    pub(crate) fn ring(&self) {
        self.0.notify_waiters();
    }

    /// Waits until `look` finds something, which it is asked before the first wait and after each wake-up.
    pub(crate) async fn until(&self, look: impl Fn() -> Result<bool, ReadError> + Send) -> Result<(), ReadError> {
        loop {
            // Made before looking: a ring between the look and the wait is not missed.
            let woken = self.0.notified();
            if look()? {
                return Ok(());
            }
            woken.await;
        }
    }
}

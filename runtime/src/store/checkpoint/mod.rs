//! What consumers of events remember: how far they have come, what they made of it, who runs them, and what they have set aside.

mod any;
mod erased;
mod error;
#[cfg(target_os = "linux")]
mod file;
mod lease;
mod letter;
mod memory;
mod name;
mod point;
mod registry;
mod saved;

use std::future::Future;
use std::time::Duration;

pub use any::AnyCheckpoints;
pub use error::{CheckpointError, Mismatch, ResumeError};
#[cfg(target_os = "linux")]
pub use file::FileCheckpoints;
#[cfg(target_os = "linux")]
pub(in crate::store) use file::Home;
pub use lease::Lease;
pub use letter::{DeadLetter, LetterRead, ParkedKey, PartId, StoredEvent, Waiver};
pub use memory::MemoryCheckpoints;
pub use name::{ConsumerName, InvalidConsumer};
pub use point::Checkpoint;
pub use saved::{Change, Live, Saved};

/// The durable memory of consumers: projections, policies, processes, publishers.
///
/// The rules are 7.4 to 7.7 and 8.2 to 8.7 of `docs/semantics.md`; the suite of stores tests them through
/// [`EventStore::checkpoints`](crate::store::EventStore::checkpoints). Implementations write plain `async fn`s. Each verb is one atomic step: it is done and kept, or nothing of
/// it is, and no verb is overtaken by one that was answered before it began.
///
/// # Owners
/// Whoever runs a consumer [`claim`](Self::claim)s it, and hands the lease to each change. A lease that somebody else has followed is
/// [`CheckpointError::Fenced`] for ever: its owner stops at once.
///
/// # Generations
/// A view that is to be built anew is built beside the old one, under a name of its own (rule 8.7): `balances@2` beside `balances`. Each
/// generation has its own checkpoint, state, lease and letters, by the verbs that every consumer has. What makes them one consumer is
/// [`live`](Self::live), which names the generation whose view answers for `balances`.
///
/// A runner whose identity differs from that of the live generation claims a generation of its own, named after its identity, loads what it
/// saved there before a crash, reads from there, and saves; the live one is not touched. When it has come as far as the live one it calls
/// [`switch`](Self::switch), which compares both checkpoints and changes the answer of `live` in one step. The old generation stays until it
/// is [`remove`](Self::remove)d by its name; until then [`switch_back`](Self::switch_back) makes it live again, at the position that it has
/// kept. Of two runners that build the same generation one holds the lease; of two that build different ones, the first that switches wins,
/// and the other is told with [`CheckpointError::NotLive`] to look again.
///
/// Waivers belong to the consumer and not to a generation: they are recorded and read under the consumer's own name, and stay when a
/// generation is removed.
pub trait CheckpointStore: Send + Sync + 'static {
    /// Makes the caller the owner of a consumer for so long by the store's clock, whether or not something is kept of it. Whoever was the
    /// owner before is fenced off.
    ///
    /// # Errors
    /// [`CheckpointError::Held`] while the lease of another owner runs.
    fn claim(
        &self,
        consumer: &ConsumerName,
        ttl: Duration,
    ) -> impl Future<Output = Result<Lease, CheckpointError>> + Send;

    /// The lease, for so long from now on. One that has run out is renewed as well, unless somebody has claimed the consumer.
    ///
    /// # Errors
    /// [`CheckpointError::Fenced`].
    fn renew(&self, lease: &Lease, ttl: Duration) -> impl Future<Output = Result<Lease, CheckpointError>> + Send;

    /// Gives the consumer up: it may be claimed at once. A lease that is not the owner's any more is given up already.
    ///
    /// # Errors
    /// [`CheckpointError`].
    fn release(&self, lease: &Lease) -> impl Future<Output = Result<(), CheckpointError>> + Send;

    /// What is kept of a consumer; `None` only if nothing was ever saved, or it was removed.
    ///
    /// # Errors
    /// [`CheckpointError::Damaged`] and [`CheckpointError::DamagedState`]: never taken for a consumer that begins.
    fn load(&self, consumer: &ConsumerName) -> impl Future<Output = Result<Option<Saved>, CheckpointError>> + Send;

    /// Moves the checkpoint with its state, parks letters and takes letters back: all of it or nothing. What is parked is kept before, or
    /// together with, a checkpoint that passes it (rule 8.4).
    ///
    /// # Errors
    /// [`CheckpointError::Fenced`], [`CheckpointError::Stale`], [`CheckpointError::Backward`], [`CheckpointError::OtherConsumer`].
    fn save(&self, lease: &Lease, change: Change) -> impl Future<Output = Result<(), CheckpointError>> + Send;

    /// The named way back (rule 7.6): from now on this is kept, wherever the checkpoint was and whatever history it belonged to. Letters of
    /// events behind the new position are dropped, because those events will be delivered again; waivers stay.
    ///
    /// # Errors
    /// [`CheckpointError::Fenced`], [`CheckpointError::OtherConsumer`].
    fn reset(&self, lease: &Lease, to: Saved) -> impl Future<Output = Result<(), CheckpointError>> + Send;

    /// Letters of a consumer, in the order of their parts.
    ///
    /// # Errors
    /// [`CheckpointError`].
    fn letters(
        &self,
        consumer: &ConsumerName,
        read: LetterRead,
    ) -> impl Future<Output = Result<Vec<DeadLetter>, CheckpointError>> + Send;

    /// The keys of a consumer that have letters, in the order of their first ones. A key is parked as long as it is here.
    ///
    /// # Errors
    /// [`CheckpointError`].
    fn parked(&self, consumer: &ConsumerName) -> impl Future<Output = Result<Vec<ParkedKey>, CheckpointError>> + Send;

    /// Records that a person lets a consumer pass what it cannot handle (rule 8.6). It needs no lease, because the consumer runs or stands
    /// still meanwhile. A part that is waived already keeps its first waiver, which is the answer.
    ///
    /// # Errors
    /// [`CheckpointError`].
    fn waive(
        &self,
        consumer: &ConsumerName,
        part: PartId,
        reason: &str,
        actor: &str,
    ) -> impl Future<Output = Result<Waiver, CheckpointError>> + Send;

    /// What was waived for a consumer, in the order of the parts.
    ///
    /// # Errors
    /// [`CheckpointError`].
    fn waivers(&self, consumer: &ConsumerName) -> impl Future<Output = Result<Vec<Waiver>, CheckpointError>> + Send;

    /// Which generation of a consumer is live: the one of its own name, until another one was switched to.
    ///
    /// # Errors
    /// [`CheckpointError`].
    fn live(&self, consumer: &ConsumerName) -> impl Future<Output = Result<Live, CheckpointError>> + Send;

    /// Makes the generation of the lease the live one of a consumer, instead of `from`. If it is live already, nothing happens.
    ///
    /// # Errors
    /// [`CheckpointError::Fenced`]; [`CheckpointError::NotLive`] if `from` is not the live one;
    /// [`CheckpointError::Behind`] if the generation has no checkpoint, or one below that of `from` in the same history.
    fn switch(
        &self,
        lease: &Lease,
        consumer: &ConsumerName,
        from: &ConsumerName,
    ) -> impl Future<Output = Result<(), CheckpointError>> + Send;

    /// Undoes a switch: the generation that was live before `from` is live again, at the position that it has kept. It can be undone in
    /// turn.
    ///
    /// # Errors
    /// [`CheckpointError::NotLive`] if `from` is not the live one; [`CheckpointError::NothingBefore`].
    fn switch_back(
        &self,
        consumer: &ConsumerName,
        from: &ConsumerName,
    ) -> impl Future<Output = Result<(), CheckpointError>> + Send;

    /// Forgets a consumer, or one generation of it: checkpoint, state and letters. The waivers of a consumer go with the last of its
    /// generations. What is not there is no error; what is damaged is removed as well.
    ///
    /// # Errors
    /// [`CheckpointError::Held`] while it is run; [`CheckpointError::IsLive`] if it is live and another generation could be switched back
    /// to.
    fn remove(&self, consumer: &ConsumerName) -> impl Future<Output = Result<(), CheckpointError>> + Send;

    /// The consumers and generations of which a checkpoint is kept, in the order of their names.
    ///
    /// # Errors
    /// [`CheckpointError`].
    fn consumers(&self) -> impl Future<Output = Result<Vec<ConsumerName>, CheckpointError>> + Send;
}

//! What the author of a store implements to have it tested: where a store lives, how it is opened, and which faults can be staged.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::store::{AnyStore, Capabilities};
use crate::stream::Position;

/// Why a store could not be opened: the store's own error.
pub type OpenError = Box<dyn Error + Send + Sync>;

/// One place where a store lives: a directory, a simulated disk, or nothing but memory.
///
/// Only [`fresh`](Self::fresh) and [`open`](Self::open) must be there. What else is offered decides which cases can be run; a case that
/// needs more is reported as not run, which is not passed (rule 11.5).
pub trait Subject: Send + Sync + Sized + 'static {
    /// Another place of the same kind, empty.
    fn fresh(&self) -> Self;

    /// Opens the store of this place, and makes it where there is none. It is called again only where [`Hook::Reopen`] is offered.
    ///
    /// # Errors
    /// The store's own.
    fn open(&self) -> impl Future<Output = Result<AnyStore, OpenError>> + Send;

    /// Stages a fault; `false`, and nothing is done, where the store does not offer it. None by default.
    #[must_use]
    fn stage(&self, hook: Hook) -> bool {
        let _ = hook;
        false
    }

    /// How many commits wait at this moment because of [`Hook::Hold`]; 0 by default.
    #[must_use]
    fn held(&self) -> usize {
        0
    }

    /// How long a case may take before it is taken to hang, and has failed; a minute by default.
    #[must_use]
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// Of a wrapper, what the store inside keeps; `None`, the default, of any other store.
    #[must_use]
    fn inside(&self) -> Option<Capabilities> {
        None
    }
}

/// A fault, or another thing that a case needs and no store does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hook {
    /// Does nothing: the place may be opened again after its store was closed or dropped, and serves what was kept.
    Reopen,
    /// Does nothing: the place may be opened while its store is open, and ought to refuse.
    OpenTwice,
    /// From now on the store's clock shows this.
    SetClock(Timestamp),
    /// From now on a commit waits before it is durable. [`Subject::held`] counts those that wait.
    Hold,
    /// Ends [`Hold`](Self::Hold): those that wait go on.
    Release,
    /// The next attempt to make a commit durable fails, once. It may or may not be stored.
    FailSync,
    /// The answer of the next append is lost on its way, before the commit or after it.
    LoseAnswer {
        /// After the commit.
        committed: bool,
    },
    /// From now on there is no space for what is new.
    FillDisk,
    /// Ends [`FillDisk`](Self::FillDisk).
    FreeDisk,
    /// From now on stored bytes cannot be read.
    FailReads,
    /// Ends [`FailReads`](Self::FailReads).
    HealReads,
    /// Power is lost now. What was not durable may be gone; an open store can do nothing more and its place can be opened again.
    Crash,
    /// Power is lost in that many more steps that change the disk; 0 is the next one.
    CrashAfter(u32),
    /// Of a closed store, a copy is made and kept.
    Backup,
    /// Of a closed store, the copy that was made last is put back in its place, and the next opening restores it.
    Restore,
    /// Of a closed store, the stored bytes of the event at this position are changed.
    Damage(Position),
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reopen => "opening again",
            Self::OpenTwice => "opening twice",
            Self::SetClock(_) => "setting the clock",
            Self::Hold | Self::Release => "holding a commit back",
            Self::FailSync => "failing a sync",
            Self::LoseAnswer { .. } => "losing an answer",
            Self::FillDisk | Self::FreeDisk => "filling the disk",
            Self::FailReads | Self::HealReads => "failing reads",
            Self::Crash => "a crash",
            Self::CrashAfter(_) => "a crash at a chosen write",
            Self::Backup | Self::Restore => "a backup",
            Self::Damage(_) => "damaging stored bytes",
        })
    }
}

type Opening<'a> = Pin<Box<dyn Future<Output = Result<AnyStore, OpenError>> + Send + 'a>>;

/// The boxed twin of [`Subject`]: the cases are compiled once, not once for each store.
pub(super) trait Staged: Send + Sync {
    fn fresh(&self) -> Arc<dyn Staged>;
    fn open(&self) -> Opening<'_>;
    fn stage(&self, hook: Hook) -> bool;
    fn held(&self) -> usize;
    fn inside(&self) -> Option<Capabilities>;
}

impl<S: Subject> Staged for S {
    fn fresh(&self) -> Arc<dyn Staged> {
        Arc::new(Subject::fresh(self))
    }

    fn open(&self) -> Opening<'_> {
        Box::pin(Subject::open(self))
    }

    fn stage(&self, hook: Hook) -> bool {
        Subject::stage(self, hook)
    }

    fn held(&self) -> usize {
        Subject::held(self)
    }

    fn inside(&self) -> Option<Capabilities> {
        Subject::inside(self)
    }
}

//! How far a projection has come, for whoever waits for it or asks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::runtime::consumers::ConsumerState;
use crate::runtime::projections::StopReason;
use crate::runtime::projections::letters::Parked;
use crate::runtime::token::Token;
use crate::runtime::view::NoView;
use crate::stream::Position;

/// What a projection says of itself, always as of its last published view.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// `None` until what is kept was opened.
    pub(super) position: Option<Position>,
    pub(super) state: ConsumerState,
    pub(super) stopped: Option<StopReason>,
    /// What is set aside.
    pub(super) parked: Arc<Parked>,
    pub(super) last_error: Option<String>,
}

/// The side of whoever asks.
#[derive(Clone, Debug)]
pub(crate) struct Progress(pub(super) watch::Receiver<Said>);

/// The side of the projection.
#[derive(Clone, Debug)]
pub(super) struct Saying(Arc<watch::Sender<Said>>);

/// Both sides of a projection that has just begun.
pub(super) fn progress() -> (Saying, Progress) {
    let (sender, receiver) = watch::channel(Said {
        position: None,
        state: ConsumerState::CatchingUp,
        stopped: None,
        parked: Arc::default(),
        last_error: None,
    });
    (Saying(Arc::new(sender)), Progress(receiver))
}

impl Said {
    /// Where what is shown has come to: a view that is not opened yet shows nothing.
    pub(super) fn reached(&self) -> Position {
        self.position.unwrap_or(Position::START)
    }
}

impl Saying {
    pub(super) fn say(&self, change: impl FnOnce(&mut Said)) {
        self.0.send_modify(change);
    }
}

impl Progress {
    /// Ends when the view shows a write.
    pub(crate) async fn see(&self, projection: &'static str, token: &Token, within: Duration) -> Result<(), NoView> {
        let mut said = self.0.clone();
        let is_answered = |said: &Said| said.position >= Some(token.last) || said.stopped.is_some();
        // A channel whose sender is gone has still what was said last.
        let _timed_out = timeout(within, said.wait_for(is_answered)).await.is_err();
        let said = said.borrow().clone();
        let parked = said.parked.first_between(token.first, token.last);
        let reached = said.reached();
        match (parked, said.stopped) {
            (Some(position), _) => Err(NoView::Parked { projection, position }),
            _ if said.position >= Some(token.last) => Ok(()),
            (_, Some(source)) => Err(NoView::Stopped {
                projection,
                reached,
                source,
            }),
            (_, None) => Err(NoView::NotYet {
                projection,
                asked: token.last,
                reached,
            }),
        }
    }

    /// Ends when there is something to look at.
    pub(crate) async fn open(
        &self,
        projection: &'static str,
        is_open: impl Fn() -> bool,
        within: Duration,
    ) -> Result<(), NoView> {
        let mut said = self.0.clone();
        let is_answered = |said: &Said| is_open() || said.stopped.is_some();
        let _timed_out = timeout(within, said.wait_for(is_answered)).await.is_err();
        let said = said.borrow().clone();
        let reached = said.reached();
        match said.stopped {
            _ if is_open() => Ok(()),
            Some(source) => Err(NoView::Stopped {
                projection,
                reached,
                source,
            }),
            None => Err(NoView::NotOpen { projection }),
        }
    }

    pub(super) fn said(&self) -> Said {
        self.0.borrow().clone()
    }

    /// Ends when the projection has come to a position, or is not on its way there.
    pub(super) async fn keep_up(&self, position: Position) {
        let mut said = self.0.clone();
        let is_answered = |said: &Said| {
            let is_moving = matches!(
                said.state,
                ConsumerState::CatchingUp | ConsumerState::Live | ConsumerState::Rebuilding
            );
            said.position >= Some(position) || !is_moving
        };
        let _closed = said.wait_for(is_answered).await.is_err();
    }

    /// Ends when the projection has come to a position, or cannot. Before the first event is also what is not opened yet.
    pub(super) async fn reach(&self, position: Position) -> Result<(), String> {
        let mut said = self.0.clone();
        let is_answered = |said: &Said| {
            let cannot = matches!(
                said.state,
                ConsumerState::Stopped { .. } | ConsumerState::Holding { .. }
            );
            said.reached() >= position || cannot
        };
        let _closed = said.wait_for(is_answered).await.is_err();
        let said = said.borrow();
        if said.reached() >= position {
            Ok(())
        } else {
            Err(said.state.to_string())
        }
    }
}

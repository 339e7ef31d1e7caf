//! The way to a consumer at work: what it says of itself, and how it is woken, waited for and stopped.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::runtime::BoxFuture;
use crate::runtime::consumers::{ConsumerState, ConsumerStatus, Consuming};
use crate::runtime::following::Plan;
use crate::runtime::policies::{Redrive, Redriven};
use crate::store::Filter;
use crate::stream::Position;

/// How far a consumer has come and what it is at.
#[derive(Clone, Debug)]
pub(in crate::runtime) struct Report {
    pub(in crate::runtime) state: ConsumerState,
    /// `None` until it has been found.
    pub(in crate::runtime) position: Option<Position>,
    /// Nothing is to be done until something happens.
    is_idle: bool,
    /// The last question that was asked before it looked at the log and the clock.
    answered: u64,
    /// Another runtime had it at that question.
    is_elsewhere: bool,
    parked: Arc<[String]>,
    last_error: Option<String>,
}

/// The way to a consumer at work. Dropped, it stops the consumer.
pub(in crate::runtime) struct Handle {
    name: String,
    filter: Filter,
    report: watch::Receiver<Report>,
    asked: Arc<AtomicU64>,
    wake: Arc<Notify>,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
    redrives: Option<Redrives>,
}

/// Where is asked for parked events to be delivered again.
pub(in crate::runtime) type Redrives = mpsc::UnboundedSender<Redrive>;

/// The other end of it.
pub(super) struct Desk {
    report: watch::Sender<Report>,
    asked: Arc<AtomicU64>,
    pub(super) wake: Arc<Notify>,
    pub(super) stop: watch::Receiver<bool>,
}

pub(super) fn desk(plan: &Plan, redrives: Option<Redrives>) -> (Desk, Handle) {
    let (sender, report) = watch::channel(Report {
        state: ConsumerState::CatchingUp,
        position: None,
        is_idle: false,
        answered: 0,
        is_elsewhere: false,
        parked: Arc::default(),
        last_error: None,
    });
    let (stop, stopped) = watch::channel(false);
    let (asked, wake) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let desk = Desk {
        report: sender,
        asked: Arc::clone(&asked),
        wake: Arc::clone(&wake),
        stop: stopped,
    };
    let handle = Handle {
        name: plan.name.as_str().to_owned(),
        filter: plan.filter.clone(),
        report,
        asked,
        wake,
        stop,
        task: Mutex::new(None),
        redrives,
    };
    (desk, handle)
}

impl Desk {
    pub(super) fn position(&self) -> Option<Position> {
        self.report.borrow().position
    }

    /// It goes on from here.
    pub(super) fn found(&self, position: Position) {
        self.report.send_modify(|report| report.position = Some(position));
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn says(&self, state: ConsumerState) {
        self.report.send_modify(|report| {
            if let ConsumerState::Holding { because }
            | ConsumerState::Retrying { because }
            | ConsumerState::Stopped { because } = &state
            {
                report.last_error = Some(because.clone());
            }
            report.is_idle = false;
            report.is_elsewhere = false;
            report.state = state;
        });
    }

    /// Another runtime has the consumer.
    pub(super) fn is_elsewhere(&self, answered: u64, because: String) {
        self.says(ConsumerState::Retrying { because });
        self.report.send_modify(|report| {
            report.answered = answered;
            report.is_elsewhere = true;
        });
    }

    pub(super) fn stopped(&self, because: String) {
        self.says(ConsumerState::Stopped { because });
    }

    pub(super) fn reports(&self, answered: u64, position: Position, is_idle: bool, parked: Vec<String>) {
        self.report.send_modify(|report| {
            report.answered = answered;
            report.position = Some(position);
            report.is_idle = is_idle;
            if is_idle {
                report.state = ConsumerState::Live;
            }
            if *report.parked != *parked {
                report.parked = parked.into();
            }
        });
    }
}

impl Handle {
    pub(super) fn runs(&self, task: JoinHandle<()>) {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Lets it look at the log and at the clock now, and waits until it has come to a position and has nothing to do.
    async fn reached(mut report: watch::Receiver<Report>, asked: u64, position: Position) -> Result<(), String> {
        let ended = |because: &str| Err(because.to_owned());
        let is_there = |report: &Report| match &report.state {
            ConsumerState::Holding { .. } | ConsumerState::Stopped { .. } => true,
            _ if report.is_elsewhere => report.answered >= asked,
            _ => report.is_idle && report.answered >= asked && report.position >= Some(position),
        };
        let Ok(report) = report.wait_for(is_there).await else {
            return ended("it has ended");
        };
        match &report.state {
            ConsumerState::Holding { because } | ConsumerState::Stopped { because } => ended(because),
            ConsumerState::Retrying { because } => ended(because),
            _ => Ok(()),
        }
    }
}

impl Consuming for Handle {
    fn name(&self) -> &str {
        &self.name
    }

    fn filter(&self) -> &Filter {
        &self.filter
    }

    fn status(&self) -> ConsumerStatus {
        let report = self.report.borrow().clone();
        let mut status = ConsumerStatus::new(self.name.clone(), report.state, report.position);
        status.parked = report.parked.to_vec();
        status.last_error = report.last_error;
        status
    }

    fn reach(&self, position: Position) -> BoxFuture<Result<(), String>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        self.wake.notify_one();
        Box::pin(Self::reached(self.report.clone(), asked, position))
    }

    fn redrive(&self, key: Option<String>) -> Option<BoxFuture<Option<Redriven>>> {
        let redrives = self.redrives.as_ref()?;
        let (redrive, answer) = Redrive::new(key);
        let _ended = redrives.send(redrive);
        self.wake.notify_one();
        Some(Box::pin(async move { answer.await.ok() }))
    }

    fn stop(&self) -> BoxFuture<()> {
        self.stop.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(async move {
            if let Some(task) = task {
                // A task that panicked has ended as well.
                let _ended = task.await;
            }
        })
    }
}

//! The next segment, prepared beside the writer, so that a roll does not wait for a megabyte of zeros.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::disk::{Disk, is_full};
use super::files::{self, Pace, Unprepared, piece};

/// How urgent the spare is; from here on it is filled without pauses.
const NOW: u8 = 2;

#[derive(Debug)]
enum State<F> {
    None,
    Wanted(u32, u64),
    Filling,
    Ready(u32, F),
    Failed(Unprepared),
}

#[derive(Debug)]
struct Work<F> {
    spare: State<F>,
    /// Sealed files with zeros behind their end, and that end.
    cuts: Vec<(Arc<F>, u64)>,
    cut_error: Option<io::Error>,
    stop: bool,
}

/// What the background thread does for the writer.
#[derive(Debug)]
pub(crate) struct Spare<F> {
    work: Mutex<Work<F>>,
    changed: Condvar,
    urgency: AtomicU8,
}

struct Paced<'a, F>(&'a Spare<F>);

impl<F> Pace for Paced<'_, F> {
    fn next(&self) -> Option<(usize, Duration)> {
        (!self.0.lock().stop).then(|| piece(self.0.urgency.load(Ordering::Relaxed)))
    }
}

impl<F> Spare<F> {
    pub(crate) fn new() -> Self {
        let work = Work {
            spare: State::None,
            cuts: Vec::new(),
            cut_error: None,
            stop: false,
        };
        Self {
            work: Mutex::new(work),
            changed: Condvar::new(),
            urgency: AtomicU8::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Work<F>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a spare, if none is there or on its way; `urgency` is 0, 1 or 2.
    pub(crate) fn want(&self, number: u32, capacity: u64, urgency: u8) {
        self.urgency.store(urgency, Ordering::Relaxed);
        let mut work = self.lock();
        if matches!(work.spare, State::None) {
            work.spare = State::Wanted(number, capacity);
            self.changed.notify_all();
        }
    }

    /// Waits for the spare. After an error that may pass the next call tries again.
    pub(crate) fn obtain(&self, number: u32, capacity: u64) -> Result<F, Unprepared> {
        self.urgency.store(NOW, Ordering::Relaxed);
        let mut work = self.lock();
        if let State::Failed(error) = &work.spare
            && error.is_passing()
        {
            work.spare = State::None;
        }
        loop {
            match std::mem::replace(&mut work.spare, State::None) {
                State::Ready(ready, file) if ready == number => return Ok(file),
                State::Failed(error) => return Err(error),
                State::None | State::Ready(..) if work.stop => return Err(io::ErrorKind::Interrupted.into()),
                State::None | State::Ready(..) => work.spare = State::Wanted(number, capacity),
                going_on => work.spare = going_on,
            }
            self.changed.notify_all();
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives back a spare that could not be used yet.
    pub(crate) fn put_back(&self, number: u32, file: F) {
        self.lock().spare = State::Ready(number, file);
    }

    /// Has a sealed file cut at its end.
    pub(crate) fn cut(&self, file: Arc<F>, end: u64) {
        self.lock().cuts.push((file, end));
        self.changed.notify_all();
    }

    /// The error of a cut, once.
    pub(crate) fn cut_error(&self) -> Option<io::Error> {
        self.lock().cut_error.take()
    }

    /// Ends the background thread after what it is doing.
    pub(crate) fn stop(&self) {
        self.lock().stop = true;
        self.changed.notify_all();
    }

    /// The background thread.
    pub(crate) fn run<D: Disk<File = F>>(&self, disk: &D, dir: &D::Dir) {
        let mut work = self.lock();
        loop {
            if let Some((file, end)) = work.cuts.pop() {
                drop(work);
                let result = disk.truncate(&file, end).and_then(|()| disk.sync_all(&file));
                work = self.lock();
                // Without room for the cut the file keeps its zeros, and nothing is lost.
                work.cut_error = work.cut_error.take().or(result.err().filter(|error| !is_full(error)));
            } else if work.stop {
                return;
            } else if let State::Wanted(number, capacity) = work.spare {
                work.spare = State::Filling;
                drop(work);
                let prepare = || files::prepare(disk, dir, number, capacity, &Paced(self));
                // A writer waits for the result, whatever happens.
                let prepared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(prepare))
                    .unwrap_or_else(|_| Err(io::Error::other("the preparation of a segment panicked").into()));
                work = self.lock();
                work.spare = match prepared {
                    Ok(file) => State::Ready(number, file),
                    Err(error) => State::Failed(error),
                };
                self.changed.notify_all();
            } else {
                work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

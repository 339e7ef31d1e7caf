//! One run of a plan: tasks polled by hand in the plan's order, with every oracle asked after every step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use recount::store::conformance::history::Action;
use recount::store::{Batch, Expected, LogRead, NewEvent, Resolved};
use recount::{
    AnyStore, AppendId, At, Clock, EventStore, ExecuteError, ManualClock, Position, Runtime, StreamId, Timestamp,
    Version,
};
use uuid::Uuid;

use crate::account::Account;
use crate::bent::Bug;
use crate::gate::{Gate, Waiting, World};
use crate::ledger::{Excuse, Ledger};
use crate::place::{Flag, Place};
use crate::plan::{Fault, Kind, Plan, RUNTIMES, Step, TASKS, Verb, Work};
use crate::shelf::Shelf;
use crate::work::{Note, Notes, Said, Task, Worker, begin, id};

/// The most rounds of polls that all tasks may take to end when nothing hinders them.
const ROUNDS: u64 = 500;

/// What went wrong, and in which step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) step: usize,
    pub(crate) what: String,
}

/// What a run has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) events: u64,
    pub(crate) openings: u64,
    /// How often what was answered.
    pub(crate) met: BTreeMap<&'static str, u64>,
    /// One line for each step and each answer.
    pub(crate) trace: Vec<String>,
}

pub(crate) struct Busy {
    task: Task,
    flag: Arc<Flag>,
    pub(crate) work: Work,
}

pub(crate) struct Run {
    bug: Option<Bug>,
    pub(crate) place: Place,
    pub(crate) world: World,
    pub(crate) store: AnyStore,
    pub(crate) shelf: Shelf,
    pub(crate) runtimes: [Runtime; RUNTIMES],
    clocks: [ManualClock; RUNTIMES + 1],
    pub(crate) tasks: [Option<Busy>; TASKS],
    notes: Notes,
    /// Work under a key that nobody was told the end of.
    pub(crate) untold: VecDeque<Work>,
    /// What was said and is not judged yet.
    said: Vec<Note>,
    pub(crate) ledger: Ledger,
    pub(crate) life: u64,
    /// A failed sync or a power cut is staged or has come: what was handed over may be found after reopening.
    pub(crate) troubled: bool,
    met: BTreeMap<&'static str, u64>,
    trace: Vec<String>,
}

/// Runs a plan; the same plan gives the same summary.
pub(crate) fn run(plan: &Plan, bug: Option<Bug>) -> (Summary, Option<Failure>) {
    let caught = catch_unwind(AssertUnwindSafe(|| run_caught(plan, bug)));
    caught.unwrap_or_else(|_| {
        let (step, what) = (
            plan.steps.len(),
            "a panic of the simulator or of what it runs".to_owned(),
        );
        (Summary::default(), Some(Failure { step, what }))
    })
}

fn run_caught(plan: &Plan, bug: Option<Bug>) -> (Summary, Option<Failure>) {
    let executor = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("an executor");
    executor.block_on(async {
        // Half a millisecond, or a delay of none at all would end within the poll that began it.
        tokio::time::advance(Duration::from_micros(500)).await;
        let mut run = match Run::new(plan.kind, bug) {
            Ok(run) => run,
            Err(what) => return (Summary::default(), Some(Failure { step: 0, what })),
        };
        let mut failure = None;
        for (step, at) in plan.steps.iter().zip(0..) {
            run.trace.push(format!("{at}: {step:?}"));
            if let Err(what) = run.step(step).await {
                failure = Some(Failure { step: at, what });
                break;
            }
        }
        if failure.is_none() {
            let step = plan.steps.len();
            failure = run.end().await.err().map(|what| Failure { step, what });
        }
        for (what, count) in run.shelf.served().into_iter().filter(|(_, count)| *count > 0) {
            run.met.insert(what, count);
        }
        let summary = Summary {
            events: run.ledger.log.end(),
            openings: run.place.opening,
            met: std::mem::take(&mut run.met),
            trace: std::mem::take(&mut run.trace),
        };
        (summary, failure)
    })
}

pub(crate) fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

impl Run {
    fn new(kind: Kind, bug: Option<Bug>) -> Result<Self, String> {
        let clocks = std::array::from_fn(|_| ManualClock::new(Timestamp::from_micros(1_769_590_800_000_000)));
        let [_, _, store_clock] = &clocks;
        let mut place = Place::new(kind, bug, store_clock.clone());
        let (world, store) = (World::default(), place.open(None)?);
        let shelf = Shelf::new(bug);
        let runtimes = [0, 1].map(|number| started(&place, &store, &shelf, &world, &clocks[number]));
        let [first, second] = runtimes;
        let life = place.life();
        let mut ledger = Ledger::default();
        if bug == Some(Bug::WritesLate) {
            ledger.begins(Excuse::Lost);
        }
        Ok(Self {
            bug,
            place,
            world,
            store,
            shelf,
            runtimes: [first?, second?],
            clocks,
            tasks: std::array::from_fn(|_| None),
            notes: Notes::default(),
            untold: VecDeque::new(),
            said: Vec::new(),
            ledger,
            life,
            troubled: false,
            met: BTreeMap::new(),
            trace: Vec::new(),
        })
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Start { task, runtime, work } => {
                if self.tasks[*task].is_none() {
                    self.start(*task, *runtime, work);
                }
                self.poll(*task, 1)?;
            }
            Step::Again { task, runtime } => {
                if self.tasks[*task].is_none()
                    && let Some(work) = self.untold.pop_front()
                {
                    self.start(*task, *runtime, &work);
                }
                self.poll(*task, 1)?;
            }
            Step::Poll { task, times } => self.poll(*task, *times)?,
            Step::Drop { task } => self.drop_task(*task)?,
            Step::Pass { millis } => tokio::time::advance(Duration::from_millis(*millis)).await,
            Step::Jump { clock, micros } => {
                let clock = &self.clocks[*clock];
                clock.set(Timestamp::from_micros(clock.now().as_micros().saturating_add(*micros)));
            }
            Step::Restart { runtime } => {
                self.runtimes[*runtime] = self.started(*runtime)?;
            }
            Step::LoseAnswer { committed } => {
                self.world.lock().loses_answer = Some(*committed);
                self.ledger.begins(Excuse::Lost);
            }
            Step::Compare => self.compare()?,
            Step::Fault(fault) => self.strike(*fault)?,
            Step::Shelve(shelving) => self.shelve(*shelving).await?,
        }
        self.ask_oracles()
    }

    fn start(&mut self, task: usize, runtime: usize, work: &Work) {
        let time = match work.verb {
            Verb::LoadTime(version) => self
                .ledger
                .log
                .event(work.account, version)
                .map(|event| event.recorded_at),
            _ => None,
        };
        let worker = Worker {
            runtime: self.runtimes[runtime].clone(),
            opening: self.place.opening,
            work: work.clone(),
            world: self.world.clone(),
            notes: self.notes.clone(),
        };
        self.tasks[task] = Some(Busy {
            task: begin(worker, time),
            flag: self.place.flag(),
            work: work.clone(),
        });
    }

    fn poll(&mut self, task: usize, times: u64) -> Result<(), String> {
        for _ in 0..times {
            let Some(busy) = &mut self.tasks[task] else {
                return Ok(());
            };
            {
                let mut world = self.world.lock();
                (world.pauses, world.page, world.waiting) = (busy.work.pauses, busy.work.page, None);
            }
            let polled = Place::poll(busy.task.as_mut(), &busy.flag);
            let waiting = self.world.lock().waiting;
            if polled.is_none()
                && let Some(waiting) = waiting
            {
                let held = waiting == Waiting::Append && self.place.holds();
                self.place.wait(&busy.flag, held)?;
            }
            if polled.is_some() {
                self.tasks[task] = None;
            }
            self.listen();
            if self.life != self.place.life() {
                // What was said is judged by what is there after the power cut.
                return Ok(());
            }
            self.follow()?;
            self.hear()?;
        }
        Ok(())
    }

    fn drop_task(&mut self, task: usize) -> Result<(), String> {
        let Some(busy) = self.tasks[task].take() else {
            return Ok(());
        };
        drop(busy.task);
        self.untold.extend(busy.work.keyed.then(|| busy.work.clone()));
        if self.world.lock().abandoned {
            *self.met.entry("dropped in the store").or_default() += 1;
        }
        self.ledger.abandoned(busy.work.op);
        self.drain()
    }

    /// Waits until the writer has nothing left to do: then what was dropped is there, or never will be.
    pub(crate) fn drain(&mut self) -> Result<(), String> {
        if self.place.holds() || !std::mem::take(&mut self.world.lock().abandoned) {
            return Ok(());
        }
        // The first may be answered before what stands in front of it is written; when the second is, that is over.
        for _ in 0..2 {
            let stream = StreamId::new("probe", "of-the-queue").map_err(text)?;
            let never = Expected::Exact(Version::new(u64::MAX).ok_or("a version")?);
            let event = NewEvent::new("probe", 1, 1, "{}");
            let probe = Batch::new(AppendId::new(Uuid::new_v4())).part(stream, never, vec![event]);
            if self.place.run(self.store.append(probe))?.is_ok() {
                return Err("an append that expects the impossible was written".to_owned());
            }
        }
        Ok(())
    }

    /// Reads what is new in the log.
    pub(crate) fn follow(&mut self) -> Result<(), String> {
        if self.place.life() != self.life {
            return Ok(());
        }
        loop {
            let read = LogRead::after(Position::new(self.ledger.log.end()));
            let page = self.place.look(self.store.read_log(read))?.map_err(text)?;
            for event in page.iter() {
                self.ledger.follow(&event)?;
            }
            if page.at_end() {
                return Ok(());
            }
        }
    }

    /// Takes down what was said; what was asked is known before what it did is looked for.
    fn listen(&mut self) {
        for note in self.notes.take() {
            if let Said::Asked(opening, work) = &note.said {
                self.ledger.asked(&note, *opening, work);
            }
            *self.met.entry(note.said.kind()).or_default() += 1;
            self.trace.push(shown(&note));
            self.said.push(note);
        }
    }

    /// Judges what was said.
    pub(crate) fn hear(&mut self) -> Result<(), String> {
        let now = self.place.opening;
        for note in std::mem::take(&mut self.said) {
            match &note.said {
                Said::Asked(..) => {}
                Said::Answered(answer) => {
                    self.ledger.answered(note.op, answer, now)?;
                    if matches!(answer, Err(ExecuteError::Unknown { .. })) {
                        self.untold.extend(self.ledger.keyed(note.op));
                    }
                }
                Said::Moved(answer) => {
                    self.ledger.moved(note.op, answer, now)?;
                    if matches!(answer, Err(ExecuteError::Unknown { .. })) {
                        self.untold.extend(self.ledger.keyed(note.op));
                    }
                }
                Said::Loaded(at, loaded) => {
                    self.ledger.loaded(note.op, *at, loaded, now)?;
                    if let (At::Newest, Ok(seen)) = (at, loaded) {
                        let stream = StreamId::new("account", &id(note.account)).map_err(text)?;
                        let last = seen.as_ref().and_then(|seen| Version::new(seen.version));
                        let called = self.ledger.tick(note.op);
                        self.world.add(called, Action::Read { stream, last });
                    }
                }
                Said::Told(told, ended) => self.ledger.told(note.op, told, ended.as_ref(), now)?,
            }
            if matches!(note.said, Said::Loaded(..) | Said::Told(..)) {
                self.ledger.looked(note.op);
            }
        }
        Ok(())
    }

    fn ask_oracles(&mut self) -> Result<(), String> {
        self.drain()?;
        if self.place.life() != self.life {
            // A staged power cut has come.
            self.power_is_lost(None)?;
        }
        self.follow()?;
        self.ledger.agrees()?;
        self.resolve()?;
        // Of one planted bug it is the store that loses them.
        if self.world.lock().loses_answer.is_none() && self.bug != Some(Bug::WritesLate) {
            self.ledger.ends(Excuse::Lost, self.world.tick());
        }
        if !self.troubled && !self.place.holds() {
            let living = self.living();
            self.ledger.barrier(&living);
        }
        Ok(())
    }

    /// The store tells what became of an append whose outcome is unknown, and is right, for ever.
    pub(crate) fn resolve(&mut self) -> Result<(), String> {
        if self.place.holds() {
            return Ok(());
        }
        let unknown = std::mem::take(&mut self.world.lock().unknown);
        for unknown in unknown {
            let append = unknown.append;
            let written = self.ledger.log.appended(append);
            let resolved = self.place.look(self.store.resolve(&unknown))?.map_err(text)?;
            *self.met.entry("resolved").or_default() += 1;
            match (&resolved, written) {
                (Resolved::Committed(committed), Some(positions))
                    if positions == (committed.first_position, committed.last_position) => {}
                (Resolved::NotWritten, None) => self.ledger.log.never(append),
                // Only after reopening, by a store whose writer has stopped.
                (Resolved::StillUnknown, _) if self.troubled => {
                    self.world.lock().unknown.push(unknown);
                }
                _ => {
                    return Err(format!(
                        "append {append} is at {written:?}, and is resolved as {resolved:?}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn living(&self) -> BTreeSet<u64> {
        let busy = self.tasks.iter().flatten();
        busy.flat_map(|busy| [busy.work.op, busy.work.op + 1]).collect()
    }

    pub(crate) fn started(&self, number: usize) -> Result<Runtime, String> {
        started(&self.place, &self.store, &self.shelf, &self.world, &self.clocks[number])
    }

    /// Everything is healed and every task comes to its end; then all is asked once more, also after reopening.
    async fn end(&mut self) -> Result<(), String> {
        for fault in [Fault::Release, Fault::FreeDisk, Fault::HealReads] {
            self.strike(fault)?;
        }
        self.world.lock().loses_answer = None;
        let mut rounds = 0;
        while self.tasks.iter().any(Option::is_some) {
            tokio::time::advance(Duration::from_secs(1)).await;
            // All in turn: one may wait for another.
            for task in 0..TASKS {
                self.poll(task, 8)?;
                self.ask_oracles()?;
            }
            rounds += 1;
            if rounds > ROUNDS {
                return Err("a task does not end".to_owned());
            }
        }
        self.ask_oracles()?;
        self.compare()?;
        self.linearizable()?;
        if self.place.kind == Kind::File {
            self.strike(Fault::Reopen)?;
            self.compare()?;
        } else {
            self.read_again()?;
        }
        self.ledger.settled()
    }
}

fn started(
    place: &Place,
    store: &AnyStore,
    shelf: &Shelf,
    world: &World,
    clock: &ManualClock,
) -> Result<Runtime, String> {
    let (inner, world) = (store.clone(), world.clone());
    {
        let mut shared = world.lock();
        (shared.pauses, shared.page) = ((0, 0), 512);
    }
    let builder = Runtime::builder()
        .store(Gate { inner, world })
        .aggregate::<Account>()
        .snapshots(shelf.clone())
        .clock(clock.clone());
    place.run(builder.start())?.map_err(text)
}

fn shown(note: &Note) -> String {
    let mut line = format!("   op {} on account {}: ", note.op, note.account);
    // Ids are random, and no part of what a seed decides.
    let _ = match &note.said {
        Said::Asked(..) => write!(line, "asks {:?}", note.verb),
        Said::Answered(Ok(receipt)) => write!(line, "written, version {:?}, {:?}", receipt.version, receipt.positions),
        Said::Answered(Err(error)) => write!(line, "{error}"),
        Said::Moved(Ok(receipt)) => write!(line, "moved, {:?}", receipt.positions),
        Said::Moved(Err(error)) => write!(line, "{error}"),
        Said::Loaded(at, Ok(seen)) => write!(line, "{at:?} is {seen:?}"),
        Said::Loaded(at, Err(error)) => write!(line, "{at:?}: {error}"),
        Said::Told(told, ended) => write!(line, "a history of {} events, then {ended:?}", told.len()),
    };
    line
}

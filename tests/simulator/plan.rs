//! What a run does, as data: a list of steps that a seed decides, each of which means something without the others.

use crate::random::Random;

/// How many accounts, tasks and runtimes there are.
pub(crate) const ACCOUNTS: usize = 4;
/// How many of them are opened before all else.
const OPEN: usize = 3;
pub(crate) const TASKS: usize = 5;
pub(crate) const RUNTIMES: usize = 2;

/// Milliseconds that are longer than the longest delay before a command tries again: how long that is, is random, and a run must not
/// depend on it.
const DELAY: u64 = 300;

/// Which store is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    File,
}

/// One step. A step that makes no sense where it comes does nothing, so that any part of a plan is a plan.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Begins work in a task on a runtime; polls the task instead if it is busy.
    Start { task: usize, runtime: usize, work: Work },
    /// Somebody who was never told asks again under the same key; polls the task if it is busy.
    Again { task: usize, runtime: usize },
    /// Polls a task up to so many times.
    Poll { task: usize, times: u64 },
    /// Drops what a task is doing.
    Drop { task: usize },
    /// Time passes for delays and timeouts.
    Pass { millis: u64 },
    /// A clock jumps: those of the runtimes, then the store's.
    Jump { clock: usize, micros: i64 },
    /// A runtime is replaced by a new one on the same store.
    Restart { runtime: usize },
    /// The answer to the next append is lost, before or after the commit.
    LoseAnswer { committed: bool },
    /// Every account is loaded by every runtime, and by one that has just been started.
    Compare,
    /// Something happens to the store or its disk.
    Fault(Fault),
    /// Something happens to the snapshots.
    Shelve(Shelving),
}

/// What happens to snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelving {
    /// What waits to be written is written.
    Settle,
    /// That of an account is damaged, of another release, ahead of its stream, or cannot be had, until a new one is put.
    Spoil { account: usize, luck: u64 },
    /// A runtime drops all.
    Drop { runtime: usize },
    /// A runtime writes one of each account.
    Warm { runtime: usize },
}

/// What happens to a file store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is closed and opened.
    Reopen,
    /// Power is lost; the second number of steps into recovery it is lost again.
    Crash {
        luck: u64,
        again: Option<u32>,
    },
    /// Power is lost in that many writes and syncs of the log.
    CrashIn {
        steps: u32,
        luck: u64,
    },
    FailSync,
    FillDisk,
    FreeDisk,
    Hold,
    Release,
    FailReads,
    HealReads,
}

/// Something to do with an account.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// Names the command in its events. The second half of a transfer is the number after it.
    pub(crate) op: u64,
    pub(crate) account: usize,
    pub(crate) verb: Verb,
    /// How many polls each call of the store waits before it reaches the store, and before its answer is back.
    pub(crate) pauses: (u64, u64),
    /// How many events the store gives in one page at most.
    pub(crate) page: usize,
    pub(crate) timeout: Option<u64>,
    pub(crate) expects: Option<u64>,
    pub(crate) retries: u32,
    /// Asked under an idempotency key, and asked again if nobody is told what became of it.
    pub(crate) keyed: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Open,
    Deposit {
        amount: u64,
        note: usize,
    },
    Withdraw {
        amount: u64,
    },
    Ensure {
        amount: u64,
    },
    PayIn {
        amounts: Vec<u64>,
    },
    AddInterest,
    Look,
    Explode,
    Freeze,
    OpenAgain,
    Transfer {
        to: usize,
        amount: u64,
    },
    /// Both halves in one transaction.
    Move {
        to: usize,
        amount: u64,
    },
    Load,
    LoadVersion(u64),
    LoadPosition(u64),
    /// At the time of the account's event of this version.
    LoadTime(u64),
    History,
}

/// A seed, the store it runs on, and the steps.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) kind: Kind,
    pub(crate) steps: Vec<Step>,
}

impl Plan {
    pub(crate) fn new(seed: u64, kind: Kind, len: usize) -> Self {
        let mut maker = Maker {
            random: Random::new(seed),
            op: 0,
            large: if kind == Kind::File && Self::fills_segments(seed) {
                1
            } else {
                60
            },
            later: Vec::new(),
        };
        let steps = (0..len).map(|at| maker.step(kind, at)).collect();
        Self { seed, kind, steps }
    }
}

impl Plan {
    /// Whether a plan of this seed for a file store fills segment after segment.
    pub(crate) const fn fills_segments(seed: u64) -> bool {
        seed.is_multiple_of(4)
    }
}

struct Maker {
    random: Random,
    op: u64,
    /// Of so many deposits one is large.
    large: u64,
    /// What ends a fault, and the step it comes at.
    later: Vec<(usize, Fault)>,
}

impl Maker {
    fn step(&mut self, kind: Kind, at: usize) -> Step {
        // Little can happen to an account before it is opened.
        if at < 2 * OPEN {
            let (task, times, work) = (at / 2, 40, self.opening(at / 2));
            return if at.is_multiple_of(2) {
                Step::Start { task, runtime: 0, work }
            } else {
                Step::Poll { task, times }
            };
        }
        if let Some(due) = self.later.iter().position(|(due, _)| *due <= at) {
            return Step::Fault(self.later.swap_remove(due).1);
        }
        let random = &mut self.random;
        let (task, runtime) = (random.place(TASKS), random.place(RUNTIMES));
        match random.below(100) {
            0..32 => {
                let work = self.work();
                Step::Start { task, runtime, work }
            }
            73..75 => Step::Shelve(Shelving::Settle),
            75 => Step::Shelve(Shelving::Warm { runtime }),
            76 => Step::Shelve(Shelving::Drop { runtime }),
            77 => Step::Shelve(Shelving::Spoil {
                account: random.place(ACCOUNTS),
                luck: random.number(),
            }),
            32..73 => {
                let times = if random.one_in(3) { 40 } else { 1 + random.below(5) };
                Step::Poll { task, times }
            }
            78..81 => Step::Drop { task },
            81..86 => {
                let millis = [DELAY, 3 * DELAY, 100 * DELAY][random.place(3)];
                Step::Pass { millis }
            }
            86..89 => {
                let far = if random.one_in(20) {
                    i64::MAX / 4
                } else {
                    90_000_000_000
                };
                let micros = i64::try_from(random.below(far.unsigned_abs())).unwrap_or_default();
                let micros = if random.one_in(2) { -micros } else { micros };
                Step::Jump {
                    clock: random.place(RUNTIMES + 1),
                    micros,
                }
            }
            89..91 => Step::Restart { runtime },
            91 => Step::LoseAnswer {
                committed: random.one_in(2),
            },
            92..94 => Step::Compare,
            94 => Step::Again { task, runtime },
            _ if kind == Kind::Memory => Step::Poll { task, times: 2 },
            _ => Step::Fault(self.fault(at)),
        }
    }

    fn fault(&mut self, at: usize) -> Fault {
        let random = &mut self.random;
        let (luck, soon) = (random.number(), at + 2 + random.place(16));
        let crash = Fault::Crash { luck, again: None };
        let (fault, end) = match random.below(12) {
            0 => (Fault::Reopen, None),
            1 => {
                let again = random
                    .one_in(2)
                    .then(|| u32::try_from(random.below(12)).unwrap_or_default());
                (Fault::Crash { luck, again }, None)
            }
            2 => {
                let steps = u32::try_from(random.below(5)).unwrap_or_default();
                (Fault::CrashIn { steps, luck }, Some(crash))
            }
            3 => (Fault::FailSync, Some(if luck % 2 == 0 { Fault::Reopen } else { crash })),
            4..7 => (Fault::FillDisk, Some(Fault::FreeDisk)),
            7 | 8 => (Fault::FailReads, Some(Fault::HealReads)),
            _ => (Fault::Hold, Some(Fault::Release)),
        };
        // A full disk is met only where a segment ends, which takes a while.
        let soon = if fault == Fault::FillDisk { soon + 30 } else { soon };
        self.later.extend(end.map(|end| (soon, end)));
        fault
    }

    fn opening(&mut self, account: usize) -> Work {
        self.op += 2;
        Work {
            op: self.op,
            account,
            verb: Verb::Ensure { amount: 50 },
            pauses: (0, 0),
            page: 512,
            timeout: None,
            expects: None,
            retries: 0,
            keyed: true,
        }
    }

    fn work(&mut self) -> Work {
        self.op += 2;
        let (op, large, random) = (self.op, self.large, &mut self.random);
        let (amount, account) = (random.below(100), random.place(ACCOUNTS));
        let verb = match random.below(46) {
            // Some plans fill segment after segment.
            _ if large == 1 && random.one_in(3) => Verb::Deposit { amount, note: 40_000 },
            0..3 => Verb::Open,
            3..10 => {
                // Some fill half a segment, so that a run crosses several, and needs room on the disk.
                let note = if random.one_in(large) { 40_000 } else { random.place(20) };
                Verb::Deposit { amount, note }
            }
            10..15 => Verb::Withdraw { amount },
            15..18 => Verb::Ensure { amount },
            18..21 => {
                let amounts = (0..random.below(6)).map(|n| amount + n).collect();
                Verb::PayIn { amounts }
            }
            21..24 => Verb::AddInterest,
            24 => Verb::Look,
            25 => Verb::Explode,
            26 => Verb::Freeze,
            27 => Verb::OpenAgain,
            28..30 | 40..46 => Verb::Move {
                to: random.place(ACCOUNTS),
                amount,
            },
            30..32 => Verb::Transfer {
                to: random.place(ACCOUNTS),
                amount,
            },
            32..36 => Verb::Load,
            36 => Verb::LoadVersion(random.below(20)),
            37 => Verb::LoadPosition(random.below(60)),
            38 => Verb::LoadTime(random.below(20)),
            _ => Verb::History,
        };
        Work {
            op,
            account,
            verb,
            pauses: (random.below(3), random.below(3)),
            page: [1, 3, 512][random.place(3)],
            timeout: random.one_in(12).then(|| [1, 2 * DELAY, 5 * DELAY][random.place(3)]),
            expects: random.one_in(16).then(|| random.below(6)),
            retries: u32::try_from(random.below(5)).unwrap_or_default(),
            keyed: random.one_in(2),
        }
    }
}

//! What a person does with one instance: looks at it, and lets it go on, past what it stands at or no more.

use std::any::type_name;

use serde::Serialize;

use crate::command::fresh_id;
use crate::envelope::Headers;
use crate::runtime::Runtime;
use crate::runtime::processes::case::Case;
use crate::runtime::processes::record::{self, Parked, Record, Reissued, Said, StoredEffect};
use crate::runtime::reaction::Instances;
use crate::store::{AppendError, Batch, EventStore, Expected, NewEvent, ReadError, StreamRead};
use crate::stream::{AppendId, AsKey, InvalidName, StreamId, Version};

/// One instance of a process, as it is known to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProcessCase {
    /// Its stream: `$process/<process>/<instance>`.
    pub stream: StreamId,
    /// How many records it has.
    pub records: u64,
    /// It has ended: what arrives for it is ignored and counted.
    pub ended: bool,
    /// Commands that have no outcome yet, as `aggregate.command`.
    pub open: Vec<String>,
    /// The names of the timers that are set.
    pub timers: Vec<String>,
    /// Why it stands still.
    pub parked: Option<String>,
    /// Inputs that wait behind what it stands at.
    pub waiting: usize,
}

/// Why nothing was done with an instance.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The runtime does not run the process: add `.process::<P>()` where it is built.
    #[error("the runtime does not run the process `{process}`: add `.process::<{rust}>()` where it is built")]
    NotRegistered {
        /// The declared name of the process.
        process: &'static str,
        /// Its Rust type.
        rust: &'static str,
    },
    /// The id cannot name an instance.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// It stands still at nothing, so there is nothing to retry or to skip.
    #[error("`{stream}` is not parked")]
    NotParked {
        /// Its stream.
        stream: StreamId,
    },
    /// It was never started, or it has ended.
    #[error("`{stream}` is not running")]
    NotRunning {
        /// Its stream.
        stream: StreamId,
    },
    /// This record holds no commands that were issued.
    #[error("record {record} of `{stream}` has issued no commands")]
    NothingIssued {
        /// Its stream.
        stream: StreamId,
        /// The record.
        record: Version,
    },
    /// A newer build wrote a record of it.
    #[error("{0}")]
    Unreadable(String),
    /// The store could not be read.
    #[error("the store could not be read")]
    Read(#[from] ReadError),
    /// The record was not written. Ask again.
    #[error("the record was not written")]
    Append(#[from] AppendError),
}

/// Who does something with an instance, and why. It is recorded.
#[derive(Clone, Debug)]
struct Word<'a> {
    reason: &'a str,
    actor: &'a str,
}

impl Word<'_> {
    fn said(&self) -> Said {
        Said {
            reason: self.reason.to_owned(),
            actor: self.actor.to_owned(),
        }
    }
}

impl Runtime {
    /// What is going on in an instance of a process; `None` if it was never started.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn case<P: Instances>(&self, id: impl AsKey<P::Id>) -> Result<Option<ProcessCase>, CaseError> {
        let looked = Looked::at(self, self.instance::<P>(&id)?).await?;
        Ok(looked.version.map(|_| looked.shown()))
    }

    /// Lets a parked instance try again what it stands at: the input through this build's code, or the command under its name. Then what
    /// waits behind it follows.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn retry_case<P: Instances>(
        &self,
        id: impl AsKey<P::Id>,
        reason: &str,
        actor: &str,
    ) -> Result<(), CaseError> {
        let stream = self.instance::<P>(&id)?;
        retry(self, stream, &Word { reason, actor }).await
    }

    /// Lets a parked instance go on behind what it stands at, which is never done.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn skip_case<P: Instances>(
        &self,
        id: impl AsKey<P::Id>,
        reason: &str,
        actor: &str,
    ) -> Result<(), CaseError> {
        let stream = self.instance::<P>(&id)?;
        let word = Word { reason, actor };
        say(self, stream, |looked| match looked.case.parked {
            Some(_) => Ok(Record::Skipped(word.said())),
            None => Err(looked.not_parked()),
        })
        .await
    }

    /// Ends an instance: its open commands are not sent, its timers and what waits are gone.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn abandon_case<P: Instances>(
        &self,
        id: impl AsKey<P::Id>,
        reason: &str,
        actor: &str,
    ) -> Result<(), CaseError> {
        let stream = self.instance::<P>(&id)?;
        let word = Word { reason, actor };
        say(self, stream, |looked| match looked.is_running() {
            true => Ok(Record::Abandoned(word.said())),
            false => Err(looked.not_running()),
        })
        .await
    }

    /// Issues the commands of an earlier record of an instance once more, under new names: each is done again, whatever became of it the
    /// first time. Nothing but this does so (rule 9.4).
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn reissue<P: Instances>(
        &self,
        id: impl AsKey<P::Id>,
        of: Version,
        reason: &str,
        actor: &str,
    ) -> Result<(), CaseError> {
        let stream = self.instance::<P>(&id)?;
        let store = self.0.store.identity();
        say(self, stream, |looked| {
            if !looked.is_running() {
                return Err(looked.not_running());
            }
            let commands = looked.commands(of);
            if commands.is_empty() {
                let (stream, record) = (looked.stream.clone(), of);
                return Err(CaseError::NothingIssued { stream, record });
            }
            Ok(Record::Reissued(Reissued {
                store,
                of,
                reason: reason.to_owned(),
                actor: actor.to_owned(),
                effects: commands,
            }))
        })
        .await
    }
}

impl Runtime {
    /// The stream of an instance of a process that the runtime runs.
    fn instance<P: Instances>(&self, id: &impl AsKey<P::Id>) -> Result<StreamId, CaseError> {
        let process = P::NAME;
        if self.0.consumers.named(process).is_none() {
            let rust = type_name::<P>();
            return Err(CaseError::NotRegistered { process, rust });
        }
        Ok(record::stream(process, &id.key())?)
    }
}

/// Releases a parked instance, as one of many.
pub(super) async fn retried(runtime: &Runtime, process: &str, key: &str) -> Result<(), CaseError> {
    let (reason, actor) = ("all that is parked is tried again", "redrive");
    retry(runtime, record::stream(process, key)?, &Word { reason, actor }).await
}

async fn retry(runtime: &Runtime, stream: StreamId, word: &Word<'_>) -> Result<(), CaseError> {
    say(runtime, stream, |looked| match looked.case.parked {
        Some(_) => Ok(Record::Retried(word.said())),
        None => Err(looked.not_parked()),
    })
    .await
}

/// An instance without its state: what its records say, and nothing of this build's types.
struct Looked {
    stream: StreamId,
    case: Case,
    version: Option<Version>,
    records: Vec<Record>,
    last: Headers,
}

impl Looked {
    async fn at(runtime: &Runtime, stream: StreamId) -> Result<Self, CaseError> {
        let mut looked = Self {
            stream,
            case: Case::default(),
            version: None,
            records: Vec::new(),
            last: Headers::default(),
        };
        loop {
            let next = Version::after(looked.version);
            let read = StreamRead::new(looked.stream.clone()).from(next);
            let page = runtime.0.store.read_stream(read).await?;
            for event in page.iter() {
                let record = Record::decode(&event).map_err(CaseError::Unreadable)?;
                looked.case.apply(event.version, &record);
                looked.records.push(record);
                looked.version = Some(event.version);
                looked.last = event.meta().headers.into_headers();
            }
            if page.at_end() {
                return Ok(looked);
            }
        }
    }

    fn record(&self, version: Version) -> Option<&Record> {
        self.records.get(usize::try_from(version.get().checked_sub(1)?).ok()?)
    }

    fn commands(&self, of: Version) -> Vec<StoredEffect> {
        let effects = self.record(of).map_or(&[][..], Record::effects);
        let commands = effects
            .iter()
            .filter(|effect| matches!(effect, StoredEffect::Command(_)));
        commands.cloned().collect()
    }

    fn is_running(&self) -> bool {
        self.version.is_some() && !self.case.ended
    }

    fn not_parked(&self) -> CaseError {
        let stream = self.stream.clone();
        CaseError::NotParked { stream }
    }

    fn not_running(&self) -> CaseError {
        let stream = self.stream.clone();
        CaseError::NotRunning { stream }
    }

    /// Why it stands still: what the last record says that parked it there.
    fn because(&self) -> Option<String> {
        self.case.parked.as_ref()?;
        self.records.iter().rev().find_map(|record| match record {
            Record::Parked(Parked { because, .. }) => Some(because.clone()),
            _ => None,
        })
    }

    fn shown(self) -> ProcessCase {
        let open = self
            .case
            .open
            .iter()
            .map(|open| format!("{}.{}", open.command.0, open.command.1));
        ProcessCase {
            records: Version::count(self.version),
            ended: self.case.ended,
            open: open.collect(),
            timers: self.case.timers.keys().cloned().collect(),
            parked: self.because(),
            waiting: self.case.queue.len(),
            stream: self.stream,
        }
    }
}

/// Writes a record of a person's word behind what was looked at. The runner sees it in the log; what is kept of the instance here goes at once.
async fn say(
    runtime: &Runtime,
    stream: StreamId,
    word: impl Fn(&Looked) -> Result<Record, CaseError> + Send,
) -> Result<(), CaseError> {
    loop {
        let looked = Looked::at(runtime, stream.clone()).await?;
        let event: NewEvent = word(&looked)?
            .encode()
            .map_err(|error| CaseError::Unreadable(error.to_string()))?;
        let batch = Batch::new(AppendId::new(fresh_id(runtime.0.clock.now())))
            .metadata(looked.last.encode())
            .part(stream.clone(), Expected::loaded(looked.version), vec![event]);
        match runtime.0.store.append(batch).await {
            Ok(_) => {
                runtime.0.live.forget(&stream, Version::after(looked.version));
                return Ok(());
            }
            Err(AppendError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

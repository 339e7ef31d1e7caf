//! Programs of a line, for those who run an application: `Warmer`, which [`snapshots_main!`](crate::snapshots_main) writes.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::aggregate::Aggregate;
use crate::runtime::{BoxFuture, Builder, LoadError, Runtime, StartError, Warmed};
use crate::snapshot::FileSnapshots;
use crate::store::AnyStore;
use crate::store::file::{FileStore, OpenError};
use crate::stream::StreamId;

/// Everything has a snapshot of now.
const DONE: u8 = 0;
/// Something has none.
const PARTLY: u8 = 1;
/// It could not run.
const COULD_NOT_RUN: u8 = 2;

const USAGE: &str = "\
Writes a snapshot of now of aggregates in a file store, so that no command pays for the first fold.

Usage: <this program> <STORE> [WHAT]... [--snapshots <DIR>]

  <STORE>            the directory of the file store, which no other process has open
  [WHAT]...          aggregates, such as `account` or `account/acc-101`; all without any
  --snapshots <DIR>  where the snapshots are kept; beside the events without it

Exit codes: 0 all have one, 1 some have none, 2 it could not run";

/// What the program of [`snapshots_main!`](crate::snapshots_main) does: it opens a file store, and writes a snapshot of now of each
/// aggregate that is asked for.
#[derive(Default)]
pub struct Warmer {
    kinds: Vec<Kind>,
}

/// One aggregate.
struct Kind {
    name: &'static str,
    takes_snapshots: bool,
    register: fn(Builder<AnyStore>) -> Builder<AnyStore>,
    all: fn(&Runtime) -> BoxFuture<Result<Warmed, LoadError>>,
    some: fn(&Runtime, Vec<StreamId>) -> BoxFuture<Warmed>,
}

/// Why it could not run.
#[derive(Debug, thiserror::Error)]
enum WarmError {
    #[error("{0}\n\n{USAGE}")]
    Usage(String),
    #[error("{} holds no file store", .0.display())]
    NoStore(PathBuf),
    #[error("{} is not known here: this program knows {}", .name, .known)]
    NotKnown { name: String, known: String },
    #[error("`{0}` declares no snapshots: `#[aggregate(snapshot(every = 100))]`")]
    NoSnapshots(&'static str),
    #[error("the store could not be opened")]
    Open(#[from] OpenError),
    #[error("the runtime could not be started")]
    Start(#[from] StartError),
    #[error("the log could not be read")]
    Load(#[from] LoadError),
    #[error("what was done could not be written")]
    Output(#[from] io::Error),
}

/// What is asked of the program.
struct Asked {
    store: PathBuf,
    snapshots: PathBuf,
    what: Vec<What>,
}

/// For each aggregate its streams; `None` is all of them.
type Work<'a> = Vec<(&'a Kind, Option<Vec<StreamId>>)>;

enum What {
    All(String),
    One(StreamId),
}

impl Warmer {
    /// A program that knows no aggregate yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An aggregate whose snapshots it can write.
    #[must_use]
    pub fn aggregate<A: Aggregate>(mut self) -> Self {
        self.kinds.push(Kind {
            name: A::NAME,
            takes_snapshots: A::SNAPSHOTS.is_some(),
            register: Builder::aggregate::<A>,
            all: Runtime::warm_all_snapshots::<A>,
            some: |runtime, streams| {
                let runtime = runtime.clone();
                Box::pin(async move {
                    let mut warmed = Warmed::default();
                    for stream in streams {
                        runtime.warm::<A>(stream, &mut warmed).await;
                    }
                    warmed
                })
            },
        });
        self
    }

    /// Does what the arguments of the process ask for.
    #[must_use]
    pub fn main(self) -> ExitCode {
        // A message that cannot be written has nowhere to go.
        let code = match self.run(std::env::args().skip(1), &mut io::stdout()) {
            Ok(true) => DONE,
            Ok(false) => PARTLY,
            Err(WarmError::Usage(why)) if why.is_empty() => {
                let _ = writeln!(io::stdout(), "{USAGE}");
                DONE
            }
            Err(error) => {
                let _ = writeln!(io::stderr(), "error: {}", told(&error));
                COULD_NOT_RUN
            }
        };
        ExitCode::from(code)
    }

    /// Whether everything that was asked for has a snapshot of now.
    fn run(&self, arguments: impl Iterator<Item = String>, out: &mut dyn Write) -> Result<bool, WarmError> {
        let asked = Asked::read(arguments)?;
        // Opening what is not there would make it.
        if !asked.store.join("STORE").is_file() {
            return Err(WarmError::NoStore(asked.store));
        }
        let work = self.sorted(asked.what)?;
        let executor = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        executor.block_on(self.warm(&asked.store, &asked.snapshots, work, out))
    }

    /// What is to be done.
    fn sorted(&self, what: Vec<What>) -> Result<Work<'_>, WarmError> {
        let mut work: Work<'_> = Vec::new();
        if what.is_empty() {
            work.extend(
                self.kinds
                    .iter()
                    .filter(|kind| kind.takes_snapshots)
                    .map(|kind| (kind, None)),
            );
        }
        for one in what {
            let (name, stream) = match one {
                What::All(name) => (name, None),
                What::One(stream) => (stream.category().to_owned(), Some(stream)),
            };
            let Some(kind) = self.kinds.iter().find(|kind| kind.name == name) else {
                let known: Vec<_> = self.kinds.iter().map(|kind| format!("`{}`", kind.name)).collect();
                let (name, known) = (format!("`{name}`"), known.join(", "));
                return Err(WarmError::NotKnown { name, known });
            };
            if !kind.takes_snapshots {
                return Err(WarmError::NoSnapshots(kind.name));
            }
            match work.iter_mut().find(|(known, _)| known.name == name) {
                Some((_, streams)) => match stream {
                    Some(stream) => streams.iter_mut().for_each(|streams| streams.push(stream.clone())),
                    None => *streams = None,
                },
                None => work.push((kind, stream.map(|stream| vec![stream]))),
            }
        }
        Ok(work)
    }

    async fn warm(
        &self,
        store: &Path,
        snapshots: &Path,
        work: Work<'_>,
        out: &mut dyn Write,
    ) -> Result<bool, WarmError> {
        let builder = Runtime::builder().store(FileStore::open(store).await?).keep_states(0);
        let builder = builder.snapshots(FileSnapshots::new(snapshots));
        let builder = self
            .kinds
            .iter()
            .fold(builder, |builder, kind| (kind.register)(builder));
        let runtime = builder.start().await?;
        let mut is_whole = true;
        for (kind, streams) in work {
            let warmed = match streams {
                Some(streams) => (kind.some)(&runtime, streams).await,
                None => (kind.all)(&runtime).await?,
            };
            is_whole &= warmed.unwritten == 0 && warmed.unreadable.is_empty();
            write!(out, "{}: {} written", kind.name, warmed.written)?;
            if warmed.unwritten > 0 {
                write!(out, ", {} without a state or not written", warmed.unwritten)?;
            }
            if !warmed.unreadable.is_empty() {
                write!(out, ", {} not readable", warmed.unreadable.len())?;
            }
            writeln!(out)?;
            for (stream, error) in &warmed.unreadable {
                writeln!(out, "  {stream}: {}", told(error))?;
            }
        }
        runtime.shutdown().await;
        Ok(is_whole)
    }
}

impl Asked {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self, WarmError> {
        let (mut store, mut snapshots, mut what) = (None::<PathBuf>, None::<PathBuf>, Vec::new());
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "-h" | "--help" => return Err(WarmError::Usage(String::new())),
                "--snapshots" => match arguments.next() {
                    Some(directory) => snapshots = Some(directory.into()),
                    None => return Err(WarmError::Usage("`--snapshots` needs a directory".to_owned())),
                },
                option if option.starts_with('-') => {
                    return Err(WarmError::Usage(format!("there is no option `{option}`")));
                }
                path if store.is_none() => store = Some(path.into()),
                stream if stream.contains('/') => match stream.parse() {
                    Ok(stream) => what.push(What::One(stream)),
                    Err(error) => return Err(WarmError::Usage(format!("`{stream}` names no stream: {error}"))),
                },
                name => what.push(What::All(name.to_owned())),
            }
        }
        let store = store.ok_or_else(|| WarmError::Usage("which store?".to_owned()))?;
        let snapshots = snapshots.unwrap_or_else(|| store.clone());
        Ok(Self { store, snapshots, what })
    }
}

/// An error with what lies beneath it.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!("\n  because: {error}"));
        source = error.source();
    }
    text
}

impl fmt::Debug for Warmer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.kinds.iter().map(|kind| kind.name).collect();
        f.debug_struct("Warmer").field("aggregates", &names).finish()
    }
}

/// Writes a program that warms the snapshots of these aggregates in a [`FileStore`](crate::FileStore): the `main` of a binary or an example
/// of its own, such as `src/bin/snapshots.rs`. Only your compiled code knows how your events are folded, so it is a program of yours.
///
/// ```no_run
/// # mod shop {
/// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// # }
/// recount::snapshots_main!(shop::Account);
/// ```
///
/// `cargo recount snapshots warm data` builds and runs it, and so does a release where it is shipped: `snapshots data`, or
/// `snapshots data account/acc-101`. Without arguments it says what it takes. It has the store to itself: run it when the old release has
/// stopped and before the new one starts. A program with another store calls
/// [`Runtime::warm_all_snapshots`](crate::Runtime::warm_all_snapshots) itself.
#[macro_export]
macro_rules! snapshots_main {
    ($($aggregate:ty),+ $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::program::Warmer::new()$(.aggregate::<$aggregate>())+.main()
        }
    };
}

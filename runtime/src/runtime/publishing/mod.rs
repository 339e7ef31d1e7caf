//! Events for the world outside: a publisher is given every event at least once, each stream in order.

mod json_lines;
mod published;

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

pub use json_lines::JsonLines;
pub use published::Published;

use crate::causes::with_causes;
use crate::consumer::Start;
use crate::runtime::feed::Served;
use crate::runtime::following::{Halt, Plan, Prepared, Tended, Term, Work, in_lanes};
use crate::runtime::registration::Registration;
use crate::runtime::{BoxFuture, Builder, meter};
use crate::store::{ConsumerName, Filter};
use crate::stream::Position;

/// Hands events to the world outside: a broker, a file, a webhook.
///
/// What was handed over is handed over again after a crash between it and the checkpoint, so whoever receives events knows each by its
/// [`id`](Published::id), or does no harm with one that comes twice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a publisher",
    label = "cannot be given events",
    note = "write `impl Publisher for {Self}`, or use `JsonLines`"
)]
pub trait Publisher: Send + Sync + 'static {
    /// Why events were not taken.
    type Error: Error + Send + Sync + 'static;

    /// Hands over events, in this order: by position, and so each stream by version. When it ends well all of them are taken for good.
    ///
    /// # Errors
    /// The same events are handed over again, after a while that grows.
    fn publish(&self, events: &[Published]) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// A publisher with what it is given.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::{JsonLines, MemoryStore, Publishing, Runtime, Start};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("events.jsonl");
/// let lines = Publishing::new(JsonLines::to_file(&path)?).categories(["account"]).start(Start::Beginning);
/// let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().publisher("lines", lines).start().await?;
/// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
/// runtime.settle().await?;
/// assert!(std::fs::read_to_string(&path)?.contains(r#""stream":"account/acc-101","version":1,"type":"account.opened""#));
/// # runtime.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct Publishing {
    publish: Publish,
    filter: Filter,
    start: Start,
}

type Publish = Arc<dyn Fn(Vec<Published>) -> BoxFuture<Result<(), String>> + Send + Sync>;

impl std::fmt::Debug for Publishing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publishing")
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

impl Publishing {
    /// Every event of the store from the first on, but for recount's own.
    #[must_use]
    pub fn new<P: Publisher>(publisher: P) -> Self {
        let publisher = Arc::new(publisher);
        Self {
            publish: Arc::new(move |events| {
                let publisher = Arc::clone(&publisher);
                Box::pin(async move { publisher.publish(&events).await.map_err(|error| with_causes(&error)) })
            }),
            filter: Filter::default().categories(Vec::<String>::new()),
            start: Start::Beginning,
        }
    }

    /// Only events of these categories, which are the names of aggregates.
    #[must_use]
    pub fn categories(mut self, categories: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let categories = categories.into_iter().map(Into::into);
        self.filter = self.filter.categories(categories.collect::<Vec<String>>());
        self
    }

    /// Where it begins when a runtime is started with it for the first time. Default: with the first event.
    #[must_use]
    pub const fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }
}

impl<P: Publisher> From<P> for Publishing {
    fn from(publisher: P) -> Self {
        Self::new(publisher)
    }
}

impl<S> Builder<S> {
    /// A publisher under a name, beside which is kept how far it has come. It is given every event at least once, each stream in order.
    pub fn publisher(self, name: impl Into<String>, publisher: impl Into<Publishing>) -> Self {
        let (name, publishing) = (name.into(), publisher.into());
        self.registration(Registration {
            reactor: None,
            rust: "a publisher",
            prepare: Box::new(move || {
                let Publishing { publish, filter, start } = publishing;
                let name = ConsumerName::new(&name)?;
                let plan = Plan { name, filter, start };
                Ok(Prepared::new(Working { plan, publish }, None))
            }),
        })
    }
}

/// A publisher at work.
struct Working {
    plan: Plan,
    publish: Publish,
}

impl Work for Working {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    async fn resume(&mut self, _: &Arc<Term>) -> Result<(), Halt> {
        Ok(())
    }

    async fn take(&mut self, term: &Arc<Term>, served: &Served) -> Result<(), Halt> {
        let events: Vec<Published> = served.events().map(|event| Published::new(&event)).collect();
        let count = events.len();
        // In a task of its own: the code of a publisher may panic.
        let ended = in_lanes([(self.publish)(events)]).await?;
        ended.into_iter().collect::<Result<(), String>>().map_err(Halt::Retry)?;
        meter::published(count);
        let page = served.page();
        term.complete(page, page.len()).await
    }

    fn state(&self, _: &[u8], _: Position) -> Result<Vec<u8>, Halt> {
        Ok(Vec::new())
    }

    async fn tend(&mut self, _: &Arc<Term>, _: bool) -> Result<Tended, Halt> {
        Ok(Tended::default())
    }
}

//! A second small domain: one aggregate that is `Clone`, and its twin that is not; their events are not stored as they are decided.

use recount::{Aggregate, Runtime};

/// What is asked too often.
#[derive(Debug, PartialEq)]
pub struct Refused;

macro_rules! tally {
    ($module:ident, $name:literal, $($derive:ident),*) => {
        pub mod $module {
            use super::*;

            /// What can happen to a tally.
            #[recount::events(prefix = $name)]
            #[derive(Clone, Debug, PartialEq)]
            pub enum TallyEvent {
                /// It counts from now on.
                Begun,
                /// It counted; what is unseen is not stored.
                Added {
                    by: u64,
                    #[serde(skip)]
                    unseen: u64,
                },
                /// Written as the version before, whose key was another.
                #[event(version = 2, write = 1)]
                Noted {
                    #[event(renamed(2, from = "memo"))]
                    note: String,
                },
                /// Its `#[apply]` panics.
                Torn,
            }

            /// The state.
            #[derive(Aggregate, Debug, PartialEq $(, $derive)*)]
            #[aggregate(name = $name, id = String, events = TallyEvent)]
            pub struct Tally {
                pub sum: u64,
                pub unseen: u64,
                pub notes: Vec<String>,
                pub events: u64,
            }

            #[recount::handlers]
            impl Tally {
                /// Begins.
                #[command]
                pub fn begin() -> Begun {
                    Begun
                }

                /// Adds, and says how much there was.
                #[command]
                pub fn add(&self, by: u64) -> Added {
                    Added { by, unseen: 1 }
                }

                /// Adds up to a bound.
                #[command(idempotent)]
                pub fn fill(&self, to: u64) -> Option<Added> {
                    (self.sum < to).then(|| Added { by: to - self.sum, unseen: 1 })
                }

                /// Takes only from what there is, and from nothing rejects.
                #[command]
                pub fn need(&self, least: u64) -> Result<Added, Refused> {
                    if self.sum < least { Err(Refused) } else { Ok(Added { by: 1, unseen: 1 }) }
                }

                /// Notes, as often as it is asked.
                #[command]
                pub fn note(&self, texts: Vec<String>) -> Vec<Noted> {
                    texts.into_iter().map(|note| Noted { note }).collect()
                }

                /// Panics where it decides.
                #[command]
                pub fn crash(&self) -> Added {
                    panic!("it crashed")
                }

                /// Decides what panics where it is applied, after something that does not.
                #[command]
                pub fn tear(&self) -> (Added, Torn) {
                    (Added { by: 1_000, unseen: 0 }, Torn)
                }

                /// Decides what exists already.
                #[command]
                pub fn begin_again(&self) -> (Added, Begun) {
                    (Added { by: 1_000, unseen: 0 }, Begun)
                }

                #[apply]
                fn begun(_: &Begun) -> Self {
                    Self { sum: 0, unseen: 0, notes: Vec::new(), events: 1 }
                }

                #[apply]
                fn added(&mut self, event: &Added) {
                    self.sum += event.by;
                    self.unseen += event.unseen;
                    self.events += 1;
                }

                #[apply]
                fn noted(&mut self, event: &Noted) {
                    self.notes.push(event.note.clone());
                    self.events += 1;
                }

                #[apply]
                fn torn(&mut self, _: &Torn) {
                    self.sum = 0;
                    panic!("it tore")
                }
            }
        }
    };
}

tally!(copied, "copied", Clone);
tally!(single, "single",);

/// A runtime that knows both, on this store, without the comparison of debug builds, which refuses what is not stored as it is decided.
pub async fn on(store: impl recount::EventStore) -> Runtime {
    let builder = Runtime::builder().store(store).verify_writes(false);
    let builder = builder.aggregate::<copied::Tally>().aggregate::<single::Tally>();
    builder.start().await.expect("a runtime on a store that answers")
}

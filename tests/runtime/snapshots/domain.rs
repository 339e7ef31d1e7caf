//! An aggregate that counts what is applied to it, under each policy of snapshots.

use recount::{Aggregate, ExecuteError, Receipt, Runtime};

/// One declaration of the aggregate.
pub trait Counter: Aggregate<Id = String> {
    /// Adds to a counter that is there, or begins one.
    fn count_up(
        runtime: &Runtime,
        id: &str,
        by: u64,
    ) -> impl Future<Output = Result<Receipt<Self::Events>, ExecuteError<std::convert::Infallible>>> + Send;
    /// How often it was applied to, and the sum.
    fn view(&self) -> (u64, u64);
}

macro_rules! counter {
    ($module:ident, $name:literal, [$($keys:tt)*], [$($derive:path),*], $($more:ident $field:ident),*) => {
        pub mod $module {
            use recount::Aggregate;

            #[recount::events(prefix = $name)]
            #[derive(Clone, Debug, PartialEq)]
            pub enum CounterEvent {
                /// It counts from now on.
                Begun { by: u64 },
                /// It counted.
                Added { by: u64 },
                $(
                    /// One more.
                    $more { by: u64 },
                )*
            }

            #[derive(Aggregate, Debug, PartialEq $(, $derive)*)]
            #[aggregate(name = $name, id = String, events = CounterEvent $($keys)*)]
            pub struct Counter {
                pub applied: u64,
                pub sum: u64,
                $(
                    $field: u64,
                )*
            }

            #[recount::handlers]
            impl Counter {
                /// Begins or adds.
                #[command]
                pub fn add(counter: Option<&Self>, by: u64) -> CounterEvent {
                    if counter.is_some() { Added { by }.into() } else { Begun { by }.into() }
                }

                #[apply]
                fn begun(event: &Begun) -> Self {
                    Self { applied: 1, sum: event.by, $($field: 0)* }
                }

                #[apply]
                fn added(&mut self, event: &Added) {
                    self.applied += 1;
                    self.sum += event.by;
                }

                $(
                    #[apply]
                    fn $field(&mut self, event: &$more) {
                        self.$field += event.by;
                    }
                )*
            }

            impl super::Counter for Counter {
                async fn count_up(
                    runtime: &recount::Runtime,
                    id: &str,
                    by: u64,
                ) -> Result<recount::Receipt<CounterEvent>, recount::ExecuteError<std::convert::Infallible>> {
                    runtime.execute(id, Add { by }).await
                }

                fn view(&self) -> (u64, u64) {
                    (self.applied, self.sum)
                }
            }
        }
    };
}

counter!(never, "never", [], [Clone],);
counter!(always, "always", [, snapshot(every = 1)], [Clone, serde::Serialize, serde::Deserialize, recount::Schema],);
counter!(third, "third", [, snapshot(every = 3)], [Clone, serde::Serialize, serde::Deserialize, recount::Schema],);
counter!(single, "single", [, snapshot(every = 3)], [serde::Serialize, serde::Deserialize, recount::Schema],);
counter!(large, "large", [, snapshot(bytes = 40)], [serde::Serialize, serde::Deserialize, recount::Schema],);
counter!(both, "both", [, snapshot(bytes = 40, every = 2)], [Clone, serde::Serialize, serde::Deserialize, recount::Schema],);
// The same counter as `third`, in later releases.
counter!(revised, "third", [, snapshot(every = 3), rev = 1], [Clone, serde::Serialize, serde::Deserialize, recount::Schema],);
counter!(wider, "third", [, snapshot(every = 3)], [Clone, serde::Serialize, serde::Deserialize, recount::Schema], Doubled doubled);

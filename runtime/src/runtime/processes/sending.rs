//! One command of an instance: sent under its name, and its outcome recorded with what is answered to it.

use crate::runtime::Runtime;
use crate::runtime::following::Halt;
use crate::runtime::policies::identity;
use crate::runtime::processes::case::Open;
use crate::runtime::processes::instance::{Instance, Stood};
use crate::runtime::processes::record::{self, At, Handled, Input, Is, Outcome, Place, Record, StoredEffect};
use crate::runtime::processes::turn::{Turner, Written, inherited};
use crate::runtime::reaction::{Errand, Outgoing, Sending};
use crate::store::EventStore;

/// How many commands may fail in a row, each in answer to the one before.
const DEEPEST: u32 = 64;

impl Turner {
    /// Sends a command and records its outcome.
    pub(super) async fn dispatch(
        &self,
        runtime: &Runtime,
        instance: &mut Instance,
        open: &Open,
    ) -> Result<Written, Halt> {
        let place = open.place;
        let Some((stood, StoredEffect::Command(stored))) = instance.effect(place) else {
            return Err(Halt::Stop(format!("`{}` has no command at {place:?}", instance.stream)));
        };
        let Some(command) = Outgoing::recorded(stored, self.script.reactions) else {
            let (aggregate, command) = &open.command;
            let stream = &instance.stream;
            return Err(Halt::Hold(format!(
                "this build does not send `{aggregate}.{command}`, which `{stream}` has open"
            )));
        };
        let failures = match &stood.record {
            Record::Outcome(outcome) => outcome.failures,
            _ => 0,
        };
        let (headers, meta) = (
            inherited(&stood.headers, stood.headers.hops),
            stood.meta(&instance.stream, place.record),
        );
        let errand = errand(self.script.name, runtime, stood, place);
        let store = runtime.0.store.identity();
        let outcome = |is, because, failures, effects| {
            Record::Outcome(Outcome {
                store,
                effect: place,
                is,
                because,
                failures,
                effects,
            })
        };
        let because = match command.send(runtime, &errand).await {
            Sending::Done => {
                let done = outcome(Is::Done, None, 0, Vec::new());
                return self.write(runtime, instance, done, headers).await;
            }
            Sending::Failed(_, why) if command.or_park => why,
            Sending::Failed(..) if failures >= DEEPEST => format!("{failures} commands have failed in a row"),
            Sending::Failed(failed, why) => match instance.answer(&*failed, &meta, runtime.0.clock.now()) {
                Ok(effects) => {
                    drop(failed);
                    let failed = outcome(Is::Failed, Some(why), failures + 1, effects);
                    return self.write(runtime, instance, failed, headers).await;
                }
                Err(because) => because,
            },
            Sending::Again(why) | Sending::Never(why) => why,
        };
        let because = format!("`{:?}` for `{}`: {because}", command.sent, command.stream);
        self.park(runtime, instance, At::Command(place), None, because, headers)
            .await
    }
}

/// Under which name a command is sent. An event names it by its own place in the log, whatever else by the place of its record: both are
/// the same after every crash (rule 9.3).
fn errand(process: &str, runtime: &Runtime, stood: &Stood, place: Place) -> Errand {
    let of_event = match &stood.record {
        Record::Handled(Handled {
            input: Input::Event(event),
            ..
        }) => Some(event),
        _ => None,
    };
    let (cause, causation) = match of_event {
        Some(event) => (format!("{}.{}", event.position, event.part), event.id),
        None => (format!("{}.0", stood.position), stood.id),
    };
    let store = match &stood.record {
        Record::Handled(Handled { store, .. })
        | Record::Outcome(Outcome { store, .. })
        | Record::Reissued(record::Reissued { store, .. }) => *store,
        _ => runtime.0.store.identity(),
    };
    let place = format!("{cause}/{}", place.index);
    Errand {
        key: identity("process", process, store, &place).into(),
        causation,
        correlation: stood.headers.correlation,
        hops: stood.headers.hops + 1,
    }
}

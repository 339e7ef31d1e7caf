//! A domain that keeps all laws, with a past: old versions, an alias, a dropped name, an event that is split, one that is only read.

use recount::testing::laws::Laws;
use recount::testing::laws::proptest::prelude::*;
use recount::{Aggregate, Event, Split};
use serde::{Deserialize, Serialize};

/// The boiler stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "boiler.installed", version = 2)]
pub struct Installed {
    place: String,
    #[event(since = 2, default = 80)]
    liters: u32,
}

/// It is warmer or colder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "boiler.heated")]
pub struct Heated {
    by: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Option<f64>>,
}

/// What was once one event.
#[derive(Deserialize, Event)]
#[event(name = "boiler.moved_and_heated", frozen, example(1, r#"{"by":3}"#))]
pub struct MovedAndHeated {
    by: i64,
}

/// Nothing writes it any more.
#[derive(Debug, Deserialize, Event)]
#[event(name = "boiler.inspected", frozen)]
pub struct Inspected {}

/// What can happen to a boiler.
#[derive(Debug, Event)]
#[event(alias("boiler.warmed" => Heated), dropped("boiler.hummed"), split(MovedAndHeated))]
pub enum BoilerEvent {
    /// It stands.
    Installed(Installed),
    /// It is warmer.
    Heated(Heated),
    /// Somebody looked.
    #[event(frozen)]
    Inspected(Inspected),
}

impl Split<BoilerEvent> for MovedAndHeated {
    fn split(self, out: &mut dyn FnMut(BoilerEvent)) {
        for by in [self.by, -1] {
            out(BoilerEvent::Heated(Heated { by, notes: Vec::new() }));
        }
    }
}

/// A boiler.
#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(name = "boiler", id = u64, events = BoilerEvent)]
pub struct Boiler {
    heat: i128,
    liters: u32,
    looks: u64,
}

#[recount::handlers(commands = BoilerCommand)]
impl Boiler {
    /// Brings it to a heat.
    #[command(idempotent)]
    pub fn heat_to(&self, heat: i32) -> Option<Heated> {
        let by = i64::try_from(i128::from(heat) - self.heat).ok()?;
        let notes = vec![None];
        (by != 0).then_some(Heated { by, notes })
    }

    #[apply]
    fn installed(event: &Installed) -> Self {
        Self {
            heat: 0,
            liters: event.liters,
            looks: 0,
        }
    }

    #[apply]
    fn heated(&mut self, event: &Heated) {
        self.heat += i128::from(event.by);
    }

    #[apply]
    fn inspected(&mut self, _: &Inspected) {
        self.looks += 1;
    }
}

fn commands() -> impl Strategy<Value = BoilerCommand> {
    any::<i32>().prop_map(|heat| BoilerCommand::HeatTo(HeatTo { heat }))
}

// Rule 11.4, with all keys.
recount::laws!(
    Boiler,
    snapshots,
    commands = commands(),
    options = Laws::new().cases(60)
);

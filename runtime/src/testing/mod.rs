//! Tests of a domain, without a store and without an async runtime: given what has happened, when a command comes, then this follows.
//!
//! ```
//! use recount::{Aggregate, testing};
//!
//! #[recount::events(prefix = "light")]
//! #[derive(Clone, Debug, PartialEq)]
//! pub enum LightEvent { Installed {}, Switched { on: bool } }
//!
//! #[derive(Aggregate, Debug)]
//! #[aggregate(name = "light", id = String, events = LightEvent)]
//! pub struct Light { on: bool }
//!
//! #[recount::handlers]
//! impl Light {
//!     #[command] pub fn install() -> Installed { Installed {} }
//!     #[command] pub fn switch(&self, on: bool) -> Option<Switched> { (self.on != on).then_some(Switched { on }) }
//!     #[apply] fn installed(_: &Installed) -> Self { Self { on: false } }
//!     #[apply] fn switched(&mut self, event: &Switched) { self.on = event.on }
//! }
//!
//! testing::given::<Light>([Installed {}.into()])
//!     .when(Switch { on: true })
//!     .then_events([Switched { on: true }.into()])
//!     .then_state(|light| assert!(light.on));
//! testing::given::<Light>([Installed {}.into()]).when(Switch { on: false }).then_nothing();
//! testing::given_nothing::<Light>().when(Switch { on: true }).then_not_found();
//! ```
//!
//! Events, decisions and states go through the same code as in the runtime: what is given is encoded and decoded, what is decided is
//! encoded, read back and folded. Each command is decided twice, and a test fails if the two decisions differ. Time stands still at
//! [`NOW`], and ids are counted from 1.

mod aggregate;
mod diff;
mod difference;
mod effects;
mod inputs;
#[cfg(feature = "laws")]
pub mod laws;
mod policy;
mod process;
mod projection;
mod schema;
mod stored;

pub use aggregate::{Given, NOW, Then, given, given_nothing, given_stored};
pub use policy::{Reacting, react};
pub use process::{Running, process};
pub use projection::{Projected, project};
pub use schema::{Problem, SchemaReport, SchemaTest, Settings, Update, expect_none, from_env};
pub use stored::{StoredEvent, stored};

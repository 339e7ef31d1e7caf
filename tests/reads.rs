//! What the macros of the read side write, called as the runtime calls it.
#![allow(
    missing_docs,
    missing_debug_implementations,
    reason = "a domain that nobody else reads"
)]

use std::any::Any;
use std::collections::BTreeMap;
use std::time::Duration;

use recount::{
    After, AppendId, Command, Consumer, Due, Effect, End, Failed, Failure, Headers, Input, Instance, Instances, Meta,
    Mode, OnError, OrPark, Policy, Position, Process, Projection, Projects, Reacts, Start, StreamId, Timestamp, To,
    Version,
};
use serde::{Deserialize, Serialize};

/// What can happen to an order.
#[recount::events(prefix = "order")]
#[derive(Clone, Debug, PartialEq)]
pub enum OrderEvent {
    /// Somebody wants something.
    Placed { customer: String, total: u64 },
    /// It is paid.
    Paid {},
    /// It is given up.
    Cancelled {},
}

/// An order.
#[derive(recount::Aggregate, Debug)]
#[aggregate(name = "order", id = String, events = OrderEvent)]
pub struct Order {
    paid: bool,
}

#[recount::handlers]
impl Order {
    #[command]
    pub fn place(customer: String, total: u64) -> Placed {
        Placed { customer, total }
    }
    #[command]
    pub fn cancel(&self) -> Result<Cancelled, String> {
        if self.paid {
            Err("it is paid".into())
        } else {
            Ok(Cancelled {})
        }
    }
    #[apply]
    fn placed(_: &Placed) -> Self {
        Self { paid: false }
    }
    #[apply]
    fn paid(&mut self, _: &Paid) {
        self.paid = true;
    }
    #[apply]
    fn cancelled(&mut self, _: &Cancelled) {}
}

/// What each customer has spent.
#[derive(Projection, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[projection(name = "spent", reads(Order), rev = 2, mode = inline, on_error = park(max = 100))]
pub struct Spent {
    by_customer: BTreeMap<String, u64>,
    cancelled: u32,
}

#[recount::handlers]
impl Spent {
    #[on(key = event.customer)]
    fn placed(&mut self, event: &Placed, meta: &Meta) {
        assert_eq!(meta.id(), "o-1");
        *self.by_customer.entry(event.customer.clone()).or_default() += event.total;
    }

    #[on]
    fn cancelled(&mut self, _: &Cancelled) {
        self.cancelled += 1;
    }

    #[cfg(any())]
    #[on(key = nothing)]
    fn paid(&mut self, _: &Paid, _: &Meta) {}
}

/// Gives up what is too large.
#[derive(Policy, Default)]
#[policy(name = "limits", reads(Order), start = now)]
pub struct Limits;

#[recount::handlers]
impl Limits {
    #[on]
    fn placed(&self, event: &Placed, meta: &Meta) -> Option<OrPark<Cancel>> {
        (event.total > 100).then(|| Cancel {}.to(meta.id()).or_park())
    }
}

/// The number of a payment.
#[derive(Clone, Debug, recount::StreamKey)]
pub struct PaymentId(String);

/// It was not paid.
#[derive(recount::Timer, Serialize, Deserialize, Debug, PartialEq)]
#[timer(name = "late")]
pub struct Late {}

/// Waits for the payment of an order.
#[derive(Process, Debug, PartialEq)]
#[process(name = "payment", id = PaymentId, reads(Order), start = beginning)]
pub struct Payment {
    order: String,
    paid: bool,
}

#[recount::handlers]
impl Payment {
    #[apply]
    fn begun(event: &Placed) -> Self {
        Self {
            order: event.customer.clone(),
            paid: false,
        }
    }

    #[apply]
    fn settled(&mut self, _: &Paid) {
        self.paid = true;
    }

    #[on(start, key = PaymentId(meta.id().into()))]
    fn placed(&self, _: &Placed, _: &Meta) -> After<Late> {
        After(Duration::from_secs(60), Late {})
    }

    #[on(key = PaymentId(meta.id().into()))]
    fn paid(&self, _: &Paid) -> End {
        End
    }

    #[on]
    fn late(&self, _: &Due<Late>, _: &Meta) -> To<Cancel> {
        Cancel {}.to(&self.order)
    }

    #[on]
    fn not_cancelled(&self, failed: &Failed<Cancel>, _: &Meta) -> Option<End> {
        matches!(failed.why, Failure::NotFound).then_some(End)
    }
}

fn meta() -> Meta {
    Meta::new(
        StreamId::new("order", "o-1").expect("a name"),
        Version::new(1).expect("not 0"),
        Position::new(1),
        AppendId::new(uuid::Uuid::nil()).event(0),
        Timestamp::from_micros(0),
        Headers::default(),
    )
}

fn placed() -> Placed {
    Placed {
        customer: "Ada".into(),
        total: 7,
    }
}

#[test]
fn a_projection_is_what_its_keys_say() {
    assert_eq!((Spent::NAME, Spent::REV), ("spent", 2));
    assert_eq!(Spent::READS[0].category(), "order");
    assert_eq!(
        (Spent::MODE, Spent::ON_ERROR),
        (Mode::Inline, OnError::Park { max: 100 })
    );
    let copy = Spent::COPY.expect("it is `Clone`");
    assert_eq!(copy(&Spent::default()), Spent::default());
}

#[test]
fn an_event_reaches_its_handler() -> Result<(), std::convert::Infallible> {
    let mut view = Spent::default();
    assert!(Spent::project(&mut view, &placed(), &meta())?);
    assert!(Spent::project(&mut view, &Cancelled {}, &meta())?);
    assert!(!Spent::project(&mut view, &Paid {}, &meta())?);
    assert_eq!((view.by_customer["Ada"], view.cancelled), (7, 1));
    assert_eq!(Spent::NEEDS, ["order.placed", "order.cancelled"]);
    assert_eq!(Spent::KEYED, ["order.placed"]);
    Ok(())
}

#[test]
fn a_key_is_declared_or_the_stream() {
    assert_eq!(Spent::key(&placed(), &meta()), Some("Ada".into()));
    assert_eq!(Spent::key(&Cancelled {}, &meta()), None);
}

fn effects(reacts: &impl Reacts, input: &dyn Any) -> (bool, Vec<Effect>) {
    let mut out = Vec::new();
    (reacts.react_to(input, &meta(), &mut out), out)
}

#[test]
fn a_policy_returns_what_is_to_be_sent() {
    assert_eq!((Limits::NAME, Limits::START), ("limits", Start::Now));
    assert_eq!(Limits::NEEDS, ["order.placed"]);
    assert_eq!(effects(&Limits, &placed()).1.len(), 0);
    let large = Placed { total: 101, ..placed() };
    let (true, sent) = effects(&Limits, &large) else {
        panic!("nobody takes it");
    };
    let [
        Effect::Command {
            sent, stream, or_park, ..
        },
    ] = sent.as_slice()
    else {
        panic!("{sent:?}");
    };
    let stream = stream.as_ref().map(ToString::to_string);
    assert_eq!(
        (format!("{sent:?}"), stream, *or_park),
        ("order.cancel".into(), Ok("order/o-1".into()), true)
    );
    assert!(!effects(&Limits, &Paid {}).0);
    assert_eq!(Limits::SENDS.len(), 1);
    assert_eq!(Limits::SENDS[0].input, Input::Event("order.placed"));
}

#[test]
fn a_process_finds_its_instance_and_folds_its_state() -> Result<(), recount::FoldError> {
    assert_eq!((Payment::NAME, Payment::START), ("payment", Start::Beginning));
    let instance = |starts| {
        let key = "o-1".into();
        Some(Instance { key, starts })
    };
    assert_eq!(Payment::instance(&placed(), &meta()), instance(true));
    assert_eq!(Payment::instance(&Paid {}, &meta()), instance(false));
    assert_eq!(Payment::instance(&Cancelled {}, &meta()), None);

    let mut state = None;
    Payment::fold(&mut state, &Cancelled {})?;
    assert_eq!(state, None);
    assert!(Payment::fold(&mut state, &Paid {}).is_err());
    Payment::fold(&mut state, &placed())?;
    Payment::fold(&mut state, &Paid {})?;
    let order = "Ada".into();
    assert_eq!(state, Some(Payment { order, paid: true }));
    Ok(())
}

#[test]
fn what_a_process_sent_comes_back_to_it() {
    let order = "o-1".into();
    let payment = Payment { order, paid: false };
    let [Effect::Timer { timer, after, .. }] = &effects(&payment, &placed()).1[..] else {
        panic!("a timer");
    };
    assert_eq!((timer.name, *after), ("late", Duration::from_secs(60)));
    let (true, sent) = effects(&payment, &Due(Late {})) else {
        panic!("nobody takes it");
    };
    assert!(matches!(&sent[..], [Effect::Command { or_park: false, .. }]));
    let failed = Failed {
        command: Cancel {},
        why: Failure::NotFound,
    };
    assert!(matches!(&effects(&payment, &failed).1[..], [Effect::End]));
    assert_eq!(Payment::NEEDS, ["order.placed", "order.paid"]);
    assert_eq!(Payment::SENDS.len(), 4);
}

/// The same questions as messages.
mod asked {
    use recount::{Projection, Query};

    use super::{Order, Placed};

    #[derive(Projection, Debug, Default, serde::Serialize, serde::Deserialize)]
    #[projection(name = "asked", reads(Order))]
    pub(crate) struct Totals {
        totals: Vec<(String, u64)>,
    }

    #[recount::handlers(queries = TotalQuery)]
    impl Totals {
        #[on]
        fn placed(&mut self, event: &Placed) {
            self.totals.push((event.customer.clone(), event.total));
        }

        #[query]
        pub(crate) fn of(&self, customer: &str, least: u64) -> Option<u64> {
            let mut all = self.totals.iter();
            let (_, total) = all.find(|(name, total)| name == customer && *total >= least)?;
            Some(*total)
        }

        #[query]
        pub(crate) fn count(&self) -> usize {
            self.totals.len()
        }
    }

    #[test]
    fn a_query_is_a_message_and_so_is_its_answer() -> Result<(), serde_json::Error> {
        let totals = Totals {
            totals: vec![("Ada".into(), 7)],
        };
        let query: TotalQuery = serde_json::from_str(r#"{"of":{"customer":"Ada","least":5}}"#)?;
        let customer = "Ada".into();
        assert_eq!(query, TotalQuery::Of { customer, least: 5 });
        let answer = query.ask(&totals);
        assert!(matches!(answer, TotalAnswer::Of(Some(7))));
        assert_eq!(serde_json::to_string(&answer)?, r#"{"of":7}"#);
        assert_eq!(
            serde_json::to_string(&TotalQuery::Count {}.ask(&totals))?,
            r#"{"count":1}"#
        );
        assert_ne!(
            TotalQuery::Count {},
            serde_json::from_str(r#"{"of":{"customer":"Ada","least":5}}"#)?
        );
        Ok(())
    }
}

/// A view in a database: each handler is given its transaction.
mod database {
    use std::fmt;

    use recount::{Meta, Projection, Projects, ViewStore};

    use super::{Order, Paid, Placed, meta, placed};

    /// A table.
    #[derive(Debug)]
    pub(crate) struct Db;

    /// What one batch writes.
    #[derive(Debug)]
    pub(crate) struct Batch<'a>(&'a mut Vec<String>);

    #[derive(Debug)]
    pub(crate) struct DbError;

    impl fmt::Display for DbError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no room")
        }
    }

    impl std::error::Error for DbError {}

    impl ViewStore for Db {
        type Tx<'a> = Batch<'a>;
        type Shown = ();
        type Error = DbError;
    }

    #[derive(Projection, Debug, Default)]
    #[projection(name = "orders", reads(Order), view = Db)]
    pub(crate) struct Orders;

    #[recount::handlers]
    impl Orders {
        #[on(key = &event.customer)]
        fn placed(&self, tx: &mut Batch<'_>, event: &Placed, meta: &Meta) -> Result<(), DbError> {
            tx.0.push(format!("{} {}", meta.id(), event.total));
            Ok(())
        }

        #[on(key = meta.id())]
        fn paid(&self, _: &mut Batch<'_>, _: &Paid) -> Result<(), DbError> {
            Err(DbError)
        }
    }

    #[test]
    fn a_handler_writes_to_a_transaction_and_may_fail() {
        let mut rows = Vec::new();
        let taken = Orders::project(&mut Batch(&mut rows), &placed(), &meta());
        assert!(taken.is_ok_and(|taken| taken));
        assert!(Orders::project(&mut Batch(&mut rows), &Paid {}, &meta()).is_err());
        assert_eq!(rows, ["o-1 7"]);
        assert_eq!(Orders::key(&placed(), &meta()), Some("Ada".into()));
        assert_eq!(Orders::key(&Paid {}, &meta()), Some("o-1".into()));
    }
}

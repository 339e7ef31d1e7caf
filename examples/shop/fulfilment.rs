//! From a placed order to a shipped one, or to a cancelled one that has given everything back.

use std::collections::BTreeMap;
use std::time::Duration;

use recount::{After, CancelTimer, Command, Due, End, Failed, Failure, Meta, OrPark, Process, Timer, To};
use serde::{Deserialize, Serialize};

use crate::order::{Cancel, Cancelled, Placed, Ship, Shipped};
use crate::payment::{Charge, Declined, Expire, Expired, Payment, Refund, Settled};
use crate::stock::{Release, Reserve, Reserved, Stock};

/// How long the bank has.
pub const PAY_WITHIN: Duration = Duration::from_secs(15 * 60);

/// The bank has not answered.
#[derive(Debug, PartialEq, Serialize, Deserialize, Timer)]
#[timer(name = "pay-by")]
pub struct PayBy {}

/// The bank is asked, and has so long to answer.
type Asked = (OrPark<Charge>, After<PayBy>);

/// Reserves each line, charges, ships. Whatever goes wrong cancels the order, and a cancelled order releases what was reserved for it.
/// If the bank pays for an order that was cancelled meanwhile, it gets its money back.
#[derive(Process, Debug)]
#[process(name = "fulfilment", id = String, reads(crate::order::Order, Stock, Payment), start = beginning)]
pub struct Fulfilment {
    order: String,
    total: u64,
    /// By article, whether it is reserved.
    lines: BTreeMap<String, bool>,
    is_cancelled: bool,
}

#[recount::handlers]
impl Fulfilment {
    #[apply]
    fn placed(event: &Placed) -> Self {
        Self {
            order: event.order.clone(),
            total: event.total,
            lines: event.lines.iter().map(|line| (line.sku.clone(), false)).collect(),
            is_cancelled: false,
        }
    }

    #[apply]
    fn reserved(&mut self, event: &Reserved) {
        self.lines.insert(event.sku.clone(), true);
    }

    #[apply]
    fn cancelled(&mut self, _: &Cancelled) {
        self.is_cancelled = true;
    }

    #[on(start, key = event.order.as_str())]
    fn reserve(&self, event: &Placed, _: &Meta) -> Vec<To<Reserve>> {
        let order = &event.order;
        let reserve = event.lines.iter().map(|line| {
            let (order, quantity) = (order.clone(), line.quantity);
            Reserve { order, quantity }.to(&line.sku)
        });
        reserve.collect()
    }

    #[on]
    fn out_of_stock(&self, failed: &Failed<Reserve>, _: &Meta) -> OrPark<Cancel> {
        match &failed.why {
            Failure::Rejected(why) => self.cancel(why.to_string()),
            _ => self.cancel("the shop does not have this article".to_owned()),
        }
    }

    /// The last line asks the bank. A line that comes after the order was given up is given back at once.
    #[on(key = event.order.as_str())]
    fn charge(&self, event: &Reserved, _: &Meta) -> (Option<Asked>, Option<OrPark<Release>>) {
        let is_complete = !self.is_cancelled && self.lines.values().all(|is_reserved| *is_reserved);
        let charge = || {
            (
                Charge { amount: self.total }.to(&self.order).or_park(),
                After(PAY_WITHIN, PayBy {}),
            )
        };
        (
            is_complete.then(charge),
            self.is_cancelled.then(|| self.release(&event.sku)),
        )
    }

    #[on]
    fn bank_is_late(&self, _: &Due<PayBy>, _: &Meta) -> OrPark<Expire> {
        Expire {}.to(&self.order).or_park()
    }

    #[on(key = event.order.as_str())]
    fn ship(&self, _: &Settled, _: &Meta) -> (To<Ship>, CancelTimer<PayBy>) {
        (Ship {}.to(&self.order), PayBy::cancel())
    }

    /// The customer was faster than the bank.
    #[on]
    fn cancelled_after_payment(&self, _: &Failed<Ship>, _: &Meta) -> OrPark<Refund> {
        Refund {}.to(&self.order).or_park()
    }

    #[on(key = event.order.as_str())]
    fn declined(&self, event: &Declined, _: &Meta) -> OrPark<Cancel> {
        self.cancel(format!("the bank declined: {}", event.reason))
    }

    #[on(key = event.order.as_str())]
    fn expired(&self, _: &Expired, _: &Meta) -> OrPark<Cancel> {
        self.cancel("the bank did not answer in time".to_owned())
    }

    #[on(key = meta.id())]
    fn give_back(&self, _: &Cancelled, _: &Meta) -> Vec<OrPark<Release>> {
        let reserved = self.lines.iter().filter(|(_, is_reserved)| **is_reserved);
        reserved.map(|(sku, _)| self.release(sku)).collect()
    }

    #[on(key = meta.id())]
    fn done(&self, _: &Shipped, _: &Meta) -> End {
        End
    }

    fn cancel(&self, reason: String) -> OrPark<Cancel> {
        Cancel { reason }.to(&self.order).or_park()
    }

    fn release(&self, sku: &str) -> OrPark<Release> {
        let order = self.order.clone();
        Release { order }.to(sku).or_park()
    }
}

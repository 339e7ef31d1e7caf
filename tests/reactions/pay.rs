//! The process of these tests: a transfer takes from one account, gives to the other, and gives back where that fails.

use std::time::Duration;

use recount::{After, Due, End, Failed, Meta, OrPark, Process, Timer, To};
use serde::{Deserialize, Serialize};

use crate::bank::{
    Account, Complete, Credit, Credited, Debit, Debited, Nudged, Refund, Refunded, Refuse, Requested, Transfer,
    TransferId,
};
use recount::Command;

/// The transfer takes too long.
#[derive(Timer, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[timer(name = "late")]
pub struct Late {}

/// How long it may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A transfer on its way.
#[derive(Process, Debug, PartialEq)]
#[process(name = "pay", id = TransferId, reads(Transfer, Account), start = beginning)]
pub struct Pay {
    id: String,
    from: String,
    to: String,
    amount: u64,
    nudged: u32,
}

#[recount::handlers]
impl Pay {
    #[apply]
    fn begun(event: &Requested) -> Self {
        Self {
            id: String::new(),
            from: event.from.clone(),
            to: event.to.clone(),
            amount: event.amount,
            nudged: 0,
        }
    }

    #[apply]
    fn taken(&mut self, event: &Debited) {
        self.id.clone_from(&event.transfer);
    }

    #[apply]
    fn asked(&mut self, _: &Nudged) {
        self.nudged += 1;
    }

    #[on(start, key = TransferId(meta.id().into()))]
    fn requested(&self, event: &Requested, meta: &Meta) -> (To<Debit>, After<Late>) {
        assert!(event.amount != 666, "a transfer cannot be of 666");
        let debit = Debit {
            transfer: meta.id().into(),
            amount: self.amount,
        };
        (debit.to(&self.from), After(PATIENCE, Late {}))
    }

    #[on(key = TransferId(event.transfer.clone()))]
    fn debited(&self, event: &Debited) -> Option<To<Credit>> {
        let credit = Credit {
            transfer: event.transfer.clone(),
            amount: event.amount,
        };
        // What goes to nobody waits for its timer.
        (self.to != "nobody").then(|| credit.to(&self.to))
    }

    #[on(key = TransferId(event.transfer.clone()))]
    fn credited(&self, event: &Credited) -> (OrPark<Complete>, End) {
        (Complete {}.to(&event.transfer).or_park(), End)
    }

    #[on(key = TransferId(event.transfer.clone()))]
    fn refunded(&self, event: &Refunded) -> (OrPark<Refuse>, End) {
        (refuse(&event.transfer, "refunded"), End)
    }

    #[on(key = TransferId(meta.id().into()))]
    fn nudged(&self, _: &Nudged, meta: &Meta) {
        assert!(self.nudged < 3, "`{}` was asked for too often", meta.id());
    }

    #[on]
    fn not_debited(&self, failed: &Failed<Debit>) -> (OrPark<Refuse>, End) {
        (refuse(&failed.command.transfer, "not debited"), End)
    }

    #[on]
    fn not_credited(&self, failed: &Failed<Credit>) -> OrPark<Refund> {
        self.refund(&failed.command.transfer)
    }

    #[on]
    fn late(&self, _: &Due<Late>) -> OrPark<Refund> {
        self.refund(&self.id)
    }
}

fn refuse(transfer: &str, why: &str) -> OrPark<Refuse> {
    Refuse { why: why.into() }.to(transfer).or_park()
}

impl Pay {
    fn refund(&self, transfer: &str) -> OrPark<Refund> {
        let refund = Refund {
            transfer: transfer.into(),
            amount: self.amount,
        };
        refund.to(&self.from).or_park()
    }
}

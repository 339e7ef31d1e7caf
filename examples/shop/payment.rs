//! The payment of one order: asked for by the shop, settled or declined by the bank, or never answered.

use recount::{Aggregate, Context};

/// What can happen to a payment.
#[recount::events(prefix = "payment", context = "shop")]
#[derive(Clone, Debug, PartialEq)]
pub enum PaymentEvent {
    /// The bank was asked for so many cents.
    Charged { order: String, amount: u64 },
    /// The bank has paid.
    Settled { order: String },
    /// The bank will not pay.
    Declined { order: String, reason: String },
    /// The bank did not answer in time.
    Expired { order: String },
    /// What the bank had paid was given back.
    Refunded { order: String, amount: u64 },
}

/// What a payment says no to.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum PaymentError {
    #[error("the payment is over: it was {0}")]
    Over(&'static str),
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "payment", id = String, events = PaymentEvent)]
pub struct Payment {
    order: String,
    pub amount: u64,
    /// How it ended; none while the bank is asked.
    pub end: Option<&'static str>,
}

#[recount::handlers]
impl Payment {
    /// Asks the bank.
    #[command]
    pub fn charge(amount: u64, cx: &Context) -> Charged {
        let order = cx.id().to_owned();
        Charged { order, amount }
    }

    /// The bank has paid.
    #[command(idempotent)]
    pub fn settle(&self) -> Result<Option<Settled>, PaymentError> {
        self.once("settled", |order| Settled { order })
    }

    /// The bank will not pay.
    #[command(idempotent)]
    pub fn decline(&self, reason: String) -> Result<Option<Declined>, PaymentError> {
        self.once("declined", |order| Declined { order, reason })
    }

    /// Waits for the bank no longer. What has ended stays as it is.
    #[command(idempotent)]
    pub fn expire(&self) -> Option<Expired> {
        let order = self.order.clone();
        self.end.is_none().then_some(Expired { order })
    }

    /// Gives back what the bank had paid, if it had.
    #[command(idempotent)]
    pub fn refund(&self) -> Option<Refunded> {
        let (order, amount) = (self.order.clone(), self.amount);
        (self.end == Some("settled")).then_some(Refunded { order, amount })
    }

    #[apply]
    fn charged(event: &Charged) -> Self {
        Self {
            order: event.order.clone(),
            amount: event.amount,
            end: None,
        }
    }

    #[apply]
    fn settled(&mut self, _: &Settled) {
        self.end = Some("settled");
    }

    #[apply]
    fn declined(&mut self, _: &Declined) {
        self.end = Some("declined");
    }

    #[apply]
    fn expired(&mut self, _: &Expired) {
        self.end = Some("given up");
    }

    #[apply]
    fn refunded(&mut self, _: &Refunded) {
        self.end = Some("refunded");
    }

    /// The event of an end: the first one counts, and saying the same again does nothing.
    fn once<E>(&self, end: &'static str, event: impl FnOnce(String) -> E) -> Result<Option<E>, PaymentError> {
        match self.end {
            None => Ok(Some(event(self.order.clone()))),
            Some(ended) if ended == end => Ok(None),
            Some(ended) => Err(PaymentError::Over(ended)),
        }
    }
}

//! An order: what a customer wants, and what became of it.

use recount::{Aggregate, Context, Schema};
use serde::{Deserialize, Serialize};

/// Some of one article, at the price of that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Line {
    pub sku: String,
    pub quantity: u32,
    /// In cents.
    pub price: u64,
}

/// What can happen to an order.
#[recount::events(prefix = "order", context = "shop")]
#[derive(Clone, Debug, PartialEq)]
pub enum OrderEvent {
    /// A customer wants these. Each article stands in one line.
    Placed {
        order: String,
        customer: String,
        lines: Vec<Line>,
        total: u64,
    },
    /// It is on its way.
    Shipped,
    /// Nothing will come of it.
    Cancelled { reason: String },
}

/// What an order says no to.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum OrderError {
    #[error("an order has at least one line, and each line at least one piece")]
    Empty,
    #[error("`{sku}` stands in two lines: add them up")]
    Twice { sku: String },
    #[error("the order costs more than can be said in cents")]
    TooMuch,
    #[error("the order is shipped already")]
    Shipped,
    #[error("the order is cancelled: {reason}")]
    Cancelled { reason: String },
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "order", id = String, events = OrderEvent)]
pub struct Order {
    pub customer: String,
    pub lines: Vec<Line>,
    pub total: u64,
    pub state: State,
}

/// How far an order is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    Open,
    Shipped,
    Cancelled { reason: String },
}

#[recount::handlers]
impl Order {
    /// Places the order.
    #[command]
    pub fn place(customer: String, lines: Vec<Line>, cx: &Context) -> Result<Placed, OrderError> {
        if lines.is_empty() || lines.iter().any(|line| line.quantity == 0) {
            return Err(OrderError::Empty);
        }
        let mut skus: Vec<_> = lines.iter().map(|line| &line.sku).collect();
        skus.sort();
        if let Some(twice) = skus.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(OrderError::Twice { sku: twice[0].clone() });
        }
        let costs = lines.iter().map(|line| line.price.checked_mul(line.quantity.into()));
        let total = costs.sum::<Option<u64>>();
        let (order, total) = (cx.id().to_owned(), total.ok_or(OrderError::TooMuch)?);
        Ok(Placed {
            order,
            customer,
            lines,
            total,
        })
    }

    /// Sends it on its way.
    #[command(idempotent)]
    pub fn ship(&self) -> Result<Option<Shipped>, OrderError> {
        match &self.state {
            State::Open => Ok(Some(Shipped)),
            State::Shipped => Ok(None),
            State::Cancelled { reason } => Err(OrderError::Cancelled { reason: reason.clone() }),
        }
    }

    /// Gives it up, as long as it is not on its way.
    #[command]
    pub fn cancel(&self, reason: String) -> Result<Option<Cancelled>, OrderError> {
        match self.state {
            State::Open => Ok(Some(Cancelled { reason })),
            State::Shipped => Err(OrderError::Shipped),
            State::Cancelled { .. } => Ok(None),
        }
    }

    #[apply]
    fn placed(event: &Placed) -> Self {
        Self {
            customer: event.customer.clone(),
            lines: event.lines.clone(),
            total: event.total,
            state: State::Open,
        }
    }

    #[apply]
    fn shipped(&mut self, _: &Shipped) {
        self.state = State::Shipped;
    }

    #[apply]
    fn cancelled(&mut self, event: &Cancelled) {
        let reason = event.reason.clone();
        self.state = State::Cancelled { reason };
    }
}

//! The stock of one article: what is there, and for whom it is kept.

use std::collections::BTreeMap;

use recount::Aggregate;

/// What can happen to the stock of an article.
#[recount::events(prefix = "stock", context = "shop")]
#[derive(Clone, Debug, PartialEq)]
pub enum StockEvent {
    /// The shop sells this article from now on.
    Listed { sku: String },
    /// More of it came.
    Delivered { sku: String, quantity: u32 },
    /// Some of it is kept for an order.
    Reserved { sku: String, order: String, quantity: u32 },
    /// What was kept for an order is free again.
    Released { sku: String, order: String, quantity: u32 },
}

/// What the stock says no to.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum StockError {
    #[error("{free} of `{sku}` are left, {quantity} were asked for")]
    TooFew { sku: String, free: u32, quantity: u32 },
    #[error("there is no room for so many")]
    TooMany,
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "stock", id = String, events = StockEvent)]
pub struct Stock {
    pub sku: String,
    pub free: u32,
    /// By order.
    kept: BTreeMap<String, u32>,
}

#[recount::handlers]
impl Stock {
    /// Takes a delivery; the first one of an article lists it.
    #[command]
    pub fn deliver(
        stock: Option<&Self>,
        sku: String,
        quantity: u32,
    ) -> Result<(Option<Listed>, Delivered), StockError> {
        let free = stock.map_or(0, |stock| stock.free);
        free.checked_add(quantity).ok_or(StockError::TooMany)?;
        let listed = stock.is_none().then(|| Listed { sku: sku.clone() });
        Ok((listed, Delivered { sku, quantity }))
    }

    /// Keeps some for an order; once for each.
    #[command(idempotent)]
    pub fn reserve(&self, order: String, quantity: u32) -> Result<Option<Reserved>, StockError> {
        if self.kept.contains_key(&order) {
            return Ok(None);
        }
        let (sku, free) = (self.sku.clone(), self.free);
        if quantity > free {
            return Err(StockError::TooFew { sku, free, quantity });
        }
        Ok(Some(Reserved { sku, order, quantity }))
    }

    /// Gives back what was kept for an order, if anything was.
    #[command(idempotent)]
    pub fn release(&self, order: String) -> Option<Released> {
        let quantity = *self.kept.get(&order)?;
        let sku = self.sku.clone();
        Some(Released { sku, order, quantity })
    }

    #[apply]
    fn listed(event: &Listed) -> Self {
        Self {
            sku: event.sku.clone(),
            free: 0,
            kept: BTreeMap::new(),
        }
    }

    #[apply]
    fn delivered(&mut self, event: &Delivered) {
        self.free += event.quantity;
    }

    #[apply]
    fn reserved(&mut self, event: &Reserved) {
        self.free -= event.quantity;
        self.kept.insert(event.order.clone(), event.quantity);
    }

    #[apply]
    fn released(&mut self, event: &Released) {
        self.free += event.quantity;
        self.kept.remove(&event.order);
    }
}

//! The third release: `to` becomes two fields, `channel` goes, and amounts have a currency.

use recount::{Aggregate, Runtime, Schema};
use serde::{Deserialize, Serialize};

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Money {
    pub cents: u64,
    pub currency: String,
}

impl From<u64> for Money {
    fn from(crowns: u64) -> Self {
        Self {
            cents: crowns.saturating_mul(100),
            currency: "CZK".into(),
        }
    }
}

#[recount::events(prefix = "parcel")]
#[derive(Clone, Debug, PartialEq)]
pub enum ParcelEvent {
    /// It was handed in.
    #[event(version = 3, step(2 = split_address), removed(3, to: String), removed(3, channel: u8))]
    Posted {
        sender: String,
        #[event(since = 3)]
        recipient: String,
        #[event(since = 3)]
        city: String,
        #[event(since = 2, default = "CZ")]
        country: String,
        grams: u32,
    },
    /// It was seen somewhere.
    #[event(version = 2)]
    Scanned {
        #[event(renamed(2, from = "at"))]
        place: String,
    },
    /// Its tracker was alive.
    Blinked { code: u32 },
    /// It goes elsewhere, or has a note now.
    DetailsChanged { to: Option<String>, note: Option<String> },
    /// The postage was paid. The spelling is to be regretted.
    #[event(version = 2)]
    Payed {
        #[event(retyped(2, from = u64))]
        amount: Money,
    },
    /// It is insured.
    Insured { value: u64 },
}

fn split_address(old: PostedV2) -> PostedV3 {
    let PostedV2 {
        sender,
        to,
        country,
        grams,
        channel: _,
    } = old;
    let (recipient, city) = to.split_once(", ").unwrap_or((&to, "unknown"));
    Posted {
        sender,
        recipient: recipient.into(),
        city: city.into(),
        country,
        grams,
    }
}

#[derive(Aggregate, Debug)]
#[aggregate(name = "parcel", id = u64, events = ParcelEvent)]
pub struct Parcel {
    city: String,
}

#[recount::handlers]
impl Parcel {
    #[command]
    pub fn pay(&self, amount: Money) -> Payed {
        Payed { amount }
    }
    #[command]
    pub fn arrive(&self) -> Scanned {
        Scanned {
            place: self.city.clone(),
        }
    }

    #[apply]
    fn posted(event: &Posted) -> Self {
        Self {
            city: event.city.clone(),
        }
    }
    #[apply]
    fn scanned(&mut self, _: &Scanned) {}
    #[apply]
    fn blinked(&mut self, _: &Blinked) {}
    #[apply]
    fn details_changed(&mut self, _: &DetailsChanged) {}
    #[apply]
    fn payed(&mut self, _: &Payed) {}
    #[apply]
    fn insured(&mut self, _: &Insured) {}
}

/// What this release adds to the store.
pub async fn week(post: &Runtime) -> anyhow::Result<()> {
    post.execute(
        3,
        Pay {
            amount: Money {
                cents: 450,
                currency: "EUR".into(),
            },
        },
    )
    .await?;
    post.execute(3, Arrive {}).await?;
    Ok(())
}

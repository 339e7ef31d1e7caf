//! The fourth release: the misspelt event has its right name, the tracker's noise is dropped, and one event that said too much is two.

use recount::{Aggregate, Event, Runtime, Split};
use serde::Deserialize;

use crate::release_3::Money;

/// Until the third release: two things in one event.
#[derive(Deserialize, Event)]
#[event(name = "parcel.details_changed", version = 1, frozen)]
pub struct DetailsChanged {
    to: Option<String>,
    note: Option<String>,
}

#[recount::events(prefix = "parcel")]
#[event(alias("parcel.payed" => Paid), dropped("parcel.blinked"), split(DetailsChanged))]
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
    /// It goes elsewhere.
    Redirected { to: String },
    /// Something is to be known about it.
    Noted { note: String },
    /// The postage was paid.
    #[event(version = 2)]
    Paid {
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

impl Split<ParcelEvent> for DetailsChanged {
    fn split(self, out: &mut dyn FnMut(ParcelEvent)) {
        if let Some(to) = self.to {
            out(Redirected { to }.into());
        }
        if let Some(note) = self.note {
            out(Noted { note }.into());
        }
    }
}

#[derive(Aggregate, Debug)]
#[aggregate(name = "parcel", id = u64, events = ParcelEvent)]
pub struct Parcel {
    notes: Vec<String>,
}

#[recount::handlers]
impl Parcel {
    #[command]
    pub fn note(&self, note: String) -> Option<Noted> {
        (!self.notes.contains(&note)).then_some(Noted { note })
    }
    #[command]
    pub fn pay(&self, amount: Money) -> Paid {
        Paid { amount }
    }

    #[apply]
    fn posted(_: &Posted) -> Self {
        Self { notes: Vec::new() }
    }
    #[apply]
    fn scanned(&mut self, _: &Scanned) {}
    #[apply]
    fn redirected(&mut self, _: &Redirected) {}
    #[apply]
    fn noted(&mut self, event: &Noted) {
        self.notes.push(event.note.clone());
    }
    #[apply]
    fn paid(&mut self, _: &Paid) {}
    #[apply]
    fn insured(&mut self, _: &Insured) {}
}

/// What this release adds to the store.
pub async fn week(post: &Runtime) -> anyhow::Result<()> {
    // `fragile` was noted by the first release, in an event of another name.
    post.execute(1, Note { note: "fragile".into() }).await?;
    post.execute(
        3,
        Note {
            note: "leave at the door".into(),
        },
    )
    .await?;
    post.execute(
        3,
        Pay {
            amount: Money {
                cents: 50,
                currency: "EUR".into(),
            },
        },
    )
    .await?;
    Ok(())
}

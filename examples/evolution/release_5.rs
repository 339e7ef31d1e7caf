//! The fifth release: postings keep their old struct instead of a list of attributes, insurance is retired, and payments know since when.

use recount::{Aggregate, Event, Runtime, Split, Timestamp, TryUpcast, Upcast, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};

use crate::release_3::Money;

/// It was handed in: as the second release had it. What came before it follows from its attributes.
#[derive(Deserialize, Event)]
#[event(name = "parcel.posted", context = "post", version = 2, frozen)]
pub struct PostedV2 {
    sender: String,
    to: String,
    #[event(since = 2, default = "CZ")]
    country: String,
    grams: u32,
}

/// It was handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "parcel.posted", context = "post", version = 3, from = PostedV2)]
#[event(example(1, r#"{"sender":"Ada Lovelace","to":"Charles Babbage, London"}"#))]
pub struct Posted {
    pub sender: String,
    pub recipient: String,
    pub city: String,
    pub country: String,
    pub grams: u32,
}

impl Upcast<PostedV2> for PostedV3 {
    fn upcast(old: PostedV2) -> Self {
        let (recipient, city) = old.to.split_once(", ").unwrap_or((&old.to, "unknown"));
        let (recipient, city) = (recipient.to_owned(), city.to_owned());
        Self {
            sender: old.sender,
            recipient,
            city,
            country: old.country,
            grams: old.grams,
        }
    }
}

/// It was seen somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "parcel.scanned", context = "post", version = 2)]
pub struct Scanned {
    #[event(renamed(2, from = "at"))]
    pub place: String,
}

/// It goes elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "parcel.redirected", context = "post")]
pub struct Redirected {
    pub to: String,
}

/// Something is to be known about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "parcel.noted", context = "post")]
pub struct Noted {
    pub note: String,
}

/// The postage was paid: as the fourth release had it.
#[derive(Deserialize, Event)]
#[event(name = "parcel.paid", context = "post", version = 2, frozen)]
pub struct PaidV2 {
    #[event(retyped(2, from = u64))]
    amount: Money,
}

/// The postage was paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "parcel.paid", context = "post", version = 3, from = PaidV2)]
#[event(
    example(1, r#"{"amount":80}"#),
    example(2, r#"{"amount":{"cents":8050,"currency":"EUR"}}"#)
)]
pub struct Paid {
    pub amount: Money,
    pub at: Timestamp,
}

impl TryUpcast<PaidV2> for PaidV3 {
    fn try_upcast(old: PaidV2, meta: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        // Older events never said when: it was when they were recorded.
        Ok(Self {
            amount: old.amount,
            at: meta.recorded_at(),
        })
    }
}

/// It was insured. Nobody insures parcels any more.
#[derive(Clone, Debug, PartialEq, Deserialize, Event)]
#[event(name = "parcel.insured", context = "post", version = 1, frozen)]
pub struct Insured {
    value: u64,
}

/// Until the third release: two things in one event.
#[derive(Deserialize, Event)]
#[event(name = "parcel.details_changed", context = "post", version = 1, frozen)]
#[event(example(1, r#"{"to":"Brno","note":"leave it at the door"}"#))]
pub struct DetailsChanged {
    to: Option<String>,
    note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Event)]
#[event(context = "post")]
#[event(alias("parcel.payed" => Paid), dropped("parcel.blinked"), split(DetailsChanged))]
pub enum ParcelEvent {
    Posted(Posted),
    Scanned(Scanned),
    Redirected(Redirected),
    Noted(Noted),
    Paid(Paid),
    #[event(frozen)]
    Insured(Insured),
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
    paid: Vec<Money>,
    insured: u64,
}

#[recount::handlers]
impl Parcel {
    #[command]
    pub fn deliver(&self, place: String) -> Scanned {
        Scanned { place }
    }

    #[apply]
    fn posted(_: &Posted) -> Self {
        Self {
            paid: Vec::new(),
            insured: 0,
        }
    }
    #[apply]
    fn scanned(&mut self, _: &Scanned) {}
    #[apply]
    fn redirected(&mut self, _: &Redirected) {}
    #[apply]
    fn noted(&mut self, _: &Noted) {}
    #[apply]
    fn paid(&mut self, event: &Paid) {
        self.paid.push(event.amount.clone());
    }
    #[apply]
    fn insured(&mut self, event: &Insured) {
        self.insured += event.value;
    }
}

/// What this release adds to the store.
pub async fn week(post: &Runtime) -> anyhow::Result<()> {
    post.execute(
        3,
        Deliver {
            place: "München".into(),
        },
    )
    .await?;
    for id in 1..=3 {
        if let Some(parcel) = post.load::<Parcel>(id).await? {
            println!("  parcel {id}: paid {:?}, insured for {}", parcel.paid, parcel.insured);
        }
    }
    Ok(())
}

//! The second release: a field more (`country`), and a field with a better name (`place`).

use recount::{Aggregate, Runtime};

#[recount::events(prefix = "parcel")]
#[derive(Clone, Debug, PartialEq)]
pub enum ParcelEvent {
    /// It was handed in.
    #[event(version = 2)]
    Posted {
        sender: String,
        to: String,
        #[event(since = 2, default = "CZ")]
        country: String,
        grams: u32,
        channel: u8,
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
    Payed { amount: u64 },
    /// It is insured.
    Insured { value: u64 },
}

#[derive(Aggregate, Debug)]
#[aggregate(name = "parcel", id = u64, events = ParcelEvent)]
pub struct Parcel {
    seen_in: Vec<String>,
}

#[recount::handlers]
impl Parcel {
    #[command]
    pub fn post(sender: String, to: String, country: String, grams: u32) -> Posted {
        Posted {
            sender,
            to,
            country,
            grams,
            channel: 3,
        }
    }
    #[command]
    pub fn scan(&self, place: String) -> Option<Scanned> {
        (self.seen_in.last() != Some(&place)).then_some(Scanned { place })
    }

    #[apply]
    fn posted(_: &Posted) -> Self {
        Self { seen_in: Vec::new() }
    }
    #[apply]
    fn scanned(&mut self, event: &Scanned) {
        self.seen_in.push(event.place.clone());
    }
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
    // The first release saw the parcel in Olomouc; under the new name of the field the handler knows.
    post.execute(
        1,
        Scan {
            place: "Olomouc".into(),
        },
    )
    .await?;
    let to = "Carl Orff, München".into();
    post.execute(
        3,
        Post {
            sender: "Ada".into(),
            to,
            country: "DE".into(),
            grams: 400,
        },
    )
    .await?;
    post.execute(3, Scan { place: "Plzeň".into() }).await?;
    Ok(())
}

//! The first release: parcels are posted, scanned, and paid for. Its events are what the store in `fixture/` holds.

use recount::{Aggregate, Runtime};

#[recount::events(prefix = "parcel")]
#[derive(Clone, Debug, PartialEq)]
pub enum ParcelEvent {
    /// It was handed in.
    Posted {
        sender: String,
        to: String,
        grams: u32,
        channel: u8,
    },
    /// It was seen somewhere.
    Scanned { at: String },
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
    to: String,
}

#[recount::handlers]
impl Parcel {
    #[command]
    pub fn post(sender: String, to: String, grams: u32) -> Posted {
        Posted {
            sender,
            to,
            grams,
            channel: 3,
        }
    }
    #[command]
    pub fn scan(&self, at: String) -> (Scanned, Blinked) {
        (Scanned { at }, Blinked { code: 7 })
    }
    #[command]
    pub fn change(&self, to: Option<String>, note: Option<String>) -> DetailsChanged {
        DetailsChanged { to, note }
    }
    #[command]
    pub fn pay(&self, amount: u64) -> Payed {
        Payed { amount }
    }
    #[command]
    pub fn insure(&self, value: u64) -> Insured {
        Insured { value }
    }

    #[apply]
    fn posted(event: &Posted) -> Self {
        Self { to: event.to.clone() }
    }
    #[apply]
    fn scanned(&mut self, _: &Scanned) {}
    #[apply]
    fn blinked(&mut self, _: &Blinked) {}
    #[apply]
    fn details_changed(&mut self, event: &DetailsChanged) {
        if let Some(to) = &event.to {
            self.to.clone_from(to);
        }
    }
    #[apply]
    fn payed(&mut self, _: &Payed) {}
    #[apply]
    fn insured(&mut self, _: &Insured) {}
}

/// A week of the first release.
pub async fn week(post: &Runtime) -> anyhow::Result<()> {
    let (ada, bob) = ("Ada", "Bob Hope, Brno");
    post.execute(
        1,
        Post {
            sender: ada.into(),
            to: bob.into(),
            grams: 1_200,
        },
    )
    .await?;
    post.execute(1, Pay { amount: 89 }).await?;
    post.execute(1, Scan { at: "Praha".into() }).await?;
    post.execute(
        1,
        Change {
            to: Some("Bob Hope, Olomouc".into()),
            note: Some("fragile".into()),
        },
    )
    .await?;
    post.execute(1, Change { to: None, note: None }).await?;
    post.execute(1, Scan { at: "Olomouc".into() }).await?;
    post.execute(
        2,
        Post {
            sender: "Eve".into(),
            to: "Nobody".into(),
            grams: 80,
        },
    )
    .await?;
    post.execute(2, Insure { value: 5_000 }).await?;
    Ok(())
}

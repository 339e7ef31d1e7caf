//! The events that are decoded, and 4096 payloads of each version.

use recount::{AppendId, Event, RawEvent, StreamId, Timestamp, UpcastMeta};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many payloads differ from each other, so that no branch of the parser is learned by heart.
pub const PAYLOADS: u32 = 4096;

/// Six fields, one of them a list. What the steps add allocates nothing, so that they are measured and not the values of a history.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 3, removed(3, channel_code: u32))]
pub struct Deposited {
    /// In cents.
    pub amount: i64,
    /// Three letters.
    pub currency: String,
    /// What for.
    #[event(renamed(3, from = "memo"))]
    pub note: Option<String>,
    /// Some words.
    pub tags: Vec<String>,
    /// Who.
    pub teller: String,
    /// Where.
    #[event(since = 2, default = 7)]
    pub branch: u32,
}

/// The current version by bare serde_json: compiled in the crate of the struct, where its decoder is compiled as well.
///
/// # Errors
/// Those of serde_json.
pub fn bare_current(payload: &[u8]) -> serde_json::Result<Deposited> {
    serde_json::from_slice(payload)
}

/// The same for version 1.
///
/// # Errors
/// Those of serde_json.
pub fn bare_first(payload: &[u8]) -> serde_json::Result<DepositedV1> {
    serde_json::from_slice(payload)
}

/// A set of that one.
#[derive(Debug, Event)]
#[event(dropped("account.blinked"))]
pub enum OfOne {
    /// A deposit.
    Deposited(Deposited),
}

macro_rules! sixty {
    ($($event:ident = $name:literal),*) => {
        $(
            /// Another event of the same fields.
            #[derive(Debug, Serialize, Deserialize, Event)]
            #[event(name = $name)]
            pub struct $event {
                amount: i64,
                currency: String,
                note: Option<String>,
                tags: Vec<String>,
                teller: String,
                branch: u32,
            }
        )*

        /// A set of sixty, that one last.
        #[derive(Debug, Event)]
        #[expect(missing_docs, reason = "fifty-nine variants that only stand in the way")]
        pub enum OfSixty {
            $($event($event),)*
            Deposited(Deposited),
        }
    };
}

sixty!(
    Opened = "account.opened",
    Closed = "account.closed",
    Reopened = "account.reopened",
    Blocked = "account.blocked",
    Unblocked = "account.unblocked",
    Withdrawn = "account.withdrawn",
    Transferred = "account.transferred",
    Received = "account.received",
    Charged = "account.charged",
    Refunded = "account.refunded",
    Credited = "account.credited",
    Debited = "account.debited",
    Renamed = "account.renamed",
    Merged = "account.merged",
    Divided = "account.divided",
    LimitRaised = "account.limit_raised",
    LimitLowered = "account.limit_lowered",
    OwnerChanged = "account.owner_changed",
    EmailChanged = "account.email_changed",
    PhoneChanged = "account.phone_changed",
    AddressChanged = "account.address_changed",
    CardOrdered = "account.card_ordered",
    CardSent = "account.card_sent",
    CardActivated = "account.card_activated",
    CardBlocked = "account.card_blocked",
    CardReplaced = "account.card_replaced",
    PinChanged = "account.pin_changed",
    PinRefused = "account.pin_refused",
    LoginAllowed = "account.login_allowed",
    LoginRefused = "account.login_refused",
    StatementSent = "account.statement_sent",
    NoticeSent = "account.notice_sent",
    FeeWaived = "account.fee_waived",
    FeeRaised = "account.fee_raised",
    RateChanged = "account.rate_changed",
    InterestPaid = "account.interest_paid",
    TaxWithheld = "account.tax_withheld",
    OrderPlaced = "account.order_placed",
    OrderCancelled = "account.order_cancelled",
    OrderExecuted = "account.order_executed",
    MandateGiven = "account.mandate_given",
    MandateEnded = "account.mandate_ended",
    DirectDebited = "account.direct_debited",
    DirectRefused = "account.direct_refused",
    CheckCashed = "account.check_cashed",
    CheckBounced = "account.check_bounced",
    CashCounted = "account.cash_counted",
    CashMissing = "account.cash_missing",
    ReviewStarted = "account.review_started",
    ReviewPassed = "account.review_passed",
    ReviewFailed = "account.review_failed",
    FlagRaised = "account.flag_raised",
    FlagLowered = "account.flag_lowered",
    NoteAdded = "account.note_added",
    NoteRemoved = "account.note_removed",
    TagAdded = "account.tag_added",
    TagRemoved = "account.tag_removed",
    Archived = "account.archived",
    Restored = "account.restored"
);

/// Payloads of one version, as a page of a store lends them.
#[derive(Debug)]
pub struct Stored {
    name: String,
    version: u32,
    floor: u32,
    /// The payloads.
    pub payloads: Vec<Vec<u8>>,
    stream: StreamId,
}

impl Stored {
    /// The payloads of this version, under this name.
    #[must_use]
    pub fn new(name: &str, version: u32, floor: u32) -> Self {
        let stream = StreamId::new("account", "acc-101").unwrap_or_else(|error| panic!("{error}"));
        let payloads = (0..PAYLOADS).map(|number| payload(version, number).into_bytes());
        Self {
            name: name.to_owned(),
            version,
            floor,
            payloads: payloads.collect(),
            stream,
        }
    }

    /// The same with bytes that nobody could read.
    #[must_use]
    pub fn garbage(name: &str) -> Self {
        let mut stored = Self::new(name, 1, 1);
        stored.payloads.iter_mut().for_each(|payload| payload.fill(0xff));
        stored
    }

    /// The events as the decoder takes them.
    #[must_use]
    pub fn raws(&self) -> Vec<RawEvent<'_>> {
        let id = AppendId::new(Uuid::nil()).event(0);
        let meta = UpcastMeta::new(&self.stream, id, Timestamp::from_micros(0), b"");
        let raw = |payload| RawEvent::new(&self.name, self.version, self.floor, payload, meta);
        self.payloads.iter().map(|payload| raw(payload.as_slice())).collect()
    }
}

/// About 160 bytes, all different.
fn payload(version: u32, number: u32) -> String {
    const WORDS: [&str; 8] = ["salary", "rent", "gift", "refund", "monthly", "abroad", "cash", "bonus"];
    let mixed = number.wrapping_mul(2_654_435_761);
    let word = |shift: u32| {
        WORDS
            .get((mixed >> shift) as usize % WORDS.len())
            .copied()
            .unwrap_or_default()
    };
    let (amount, branch, teller) = (i64::from(mixed) * 7 - 1_000_000, mixed % 997, mixed >> 12);
    let tags = [word(3), word(9), word(15)].map(|word| format!("\"{word}\"")).join(",");
    let note = format!("{} for {} and {}", word(5), word(11), number);
    let (first, second) = match version {
        1 => (
            format!("\"channel_code\":{branch}"),
            format!("\"memo\":\"{note}, as agreed\""),
        ),
        2 => (
            format!("\"channel_code\":7,\"branch\":{branch}"),
            format!("\"memo\":\"{note}\""),
        ),
        3 => (
            format!("\"branch\":{branch}"),
            format!("\"note\":\"{note}, as agreed\""),
        ),
        _ => (
            format!("\"branch\":{branch},\"channel\":\"app\""),
            format!("\"note\":\"{note}\""),
        ),
    };
    format!(
        "{{\"amount\":{amount},{first},{second},\"tags\":[{tags}],\"teller\":\"teller-{teller}\",\"currency\":\"SEK\"}}"
    )
}

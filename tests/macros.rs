//! What the macros write, at work: the stored form of events, the shapes of commands and applies, the enum of commands.

#![allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::needless_pass_by_value,
    reason = "commands and errors as a user writes them in a binary"
)]

use std::error::Error;

use recount::testing::{given, given_nothing};
use recount::{
    Command, Context, DecodeError, Event, EventId, EventSet, EventVersion, Handle, RawEvent, Requires, StreamId,
    StreamKey, Timestamp, UpcastMeta,
};
use serde::{Deserialize, Serialize};

/// What can happen to a seat.
#[recount::events(prefix = "seat")]
#[derive(Clone, Debug, PartialEq)]
pub enum SeatEvent {
    /// It can be taken.
    Offered {
        /// In which row.
        row: u32,
    },
    /// Somebody has it.
    #[event(name = "seat.given")]
    Taken {
        /// Who.
        #[serde(rename = "by", default)]
        guest: Option<String>,
    },
    /// It is free again.
    LeftAgain,
    /// A struct of another place.
    Broken(Broken),
}

/// It is broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "furniture.broken", version = 1)]
pub struct Broken;

/// Row and number, as `3-17`.
#[derive(Clone, Debug, PartialEq, StreamKey)]
pub struct SeatId {
    text: String,
}

/// A seat.
#[derive(Debug, PartialEq, recount::Aggregate)]
#[aggregate(name = "seat", id = SeatId, events = SeatEvent)]
pub enum Seat {
    /// Nobody has it.
    Free,
    /// Somebody has it.
    Taken {
        /// Who.
        guest: String,
        /// How often it was taken before.
        before: u32,
    },
}

/// Somebody has it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} has it")]
pub struct HasGuest(String);

/// A command of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    /// By force.
    pub hard: bool,
}

#[recount::handlers(commands = SeatCommand)]
impl Seat {
    /// Offers a seat.
    #[command]
    pub fn offer(row: u32) -> [SeatEvent; 1] {
        [Offered { row }.into()]
    }

    /// Takes a seat; the context may stand anywhere.
    ///
    /// # Errors
    /// [`HasGuest`].
    #[command]
    pub fn take(
        &self,
        cx: &Context,
        /// Who; without a name the seat's own.
        #[serde(rename = "by", default)]
        guest: Option<String>,
    ) -> Result<(Taken, Option<LeftAgain>), HasGuest> {
        match self {
            Self::Free => {
                let guest = Some(guest.unwrap_or_else(|| cx.id().to_owned()));
                Ok((Taken { guest }, None))
            }
            Self::Taken { guest, .. } => Err(HasGuest(guest.clone())),
        }
    }

    #[command(Repair)]
    fn repair(seat: Option<&Self>, command: Repair) -> Vec<SeatEvent> {
        let offered = seat.is_none().then(|| Offered { row: 0 }.into());
        offered.into_iter().chain(command.hard.then(|| Broken.into())).collect()
    }

    #[command]
    pub fn look(&self) {}

    #[apply]
    fn offered(_: &Offered) -> Self {
        Self::Free
    }

    #[apply]
    fn taken(self, event: &Taken) -> Self {
        let guest = event.guest.clone().unwrap_or_default();
        Self::Taken { guest, before: 0 }
    }

    #[apply]
    fn left(&mut self, _: &LeftAgain) {
        *self = Self::Free;
    }

    #[apply]
    fn broken(self, _: &Broken) -> Self {
        self
    }

    /// A method that is neither stays as it is.
    pub fn is_free(&self) -> bool {
        *self == Self::Free
    }
}

fn offered() -> SeatEvent {
    Offered { row: 3 }.into()
}

fn taken(guest: &str) -> SeatEvent {
    let guest = Some(guest.to_owned());
    Taken { guest }.into()
}

/// Reads one stored event.
fn decode(name: &str, version: u32, floor: u32, payload: &[u8]) -> Result<Vec<SeatEvent>, Box<dyn Error>> {
    let stream = StreamId::new("seat", "3-17")?;
    let id: EventId = "0198f2c4-0000-7000-8000-000000000000-0".parse()?;
    let meta = UpcastMeta::new(&stream, id, Timestamp::from_micros(0), b"");
    let mut events = Vec::new();
    SeatEvent::decode_into(&RawEvent::new(name, version, floor, payload, meta), &mut |event| {
        events.push(event);
    })?;
    Ok(events)
}

fn refused(name: &str, version: u32, floor: u32, payload: &[u8]) -> DecodeError {
    let error = decode(name, version, floor, payload).expect_err("an event that cannot be read");
    *error.downcast().expect("an error of the decoder")
}

#[test]
fn names_are_prefix_and_snake_case_or_what_is_said() {
    assert_eq!(
        [Offered::NAME, Taken::NAME, LeftAgain::NAME, Broken::NAME],
        ["seat.offered", "seat.given", "seat.left_again", "furniture.broken"]
    );
}

#[test]
fn an_event_without_fields_is_stored_as_an_object() -> Result<(), Box<dyn Error>> {
    let stored = Event::encode(&LeftAgain)?;
    assert_eq!((stored.name, stored.version, stored.floor), ("seat.left_again", 1, 1));
    assert_eq!(stored.payload, b"{}");
    for payload in ["{}", r#"{"a":[1,{"b":null}]}"#] {
        assert_eq!(decode("seat.left_again", 1, 1, payload.as_bytes())?, [LeftAgain.into()]);
    }
    for payload in ["null", "7", "", "{"] {
        assert!(
            matches!(
                refused("seat.left_again", 1, 1, payload.as_bytes()),
                DecodeError::Payload { .. }
            ),
            "{payload}"
        );
    }
    Ok(())
}

#[test]
fn serde_attributes_go_along_with_a_variants_fields() -> Result<(), Box<dyn Error>> {
    assert_eq!(taken("Ada").encode()?.payload, br#"{"by":"Ada"}"#);
    assert_eq!(decode("seat.given", 1, 1, b"{}")?, [Taken { guest: None }.into()]);
    Ok(())
}

#[test]
fn only_what_is_known_is_read() -> Result<(), Box<dyn Error>> {
    assert!(matches!(refused("seat.taken", 1, 1, b"{}"), DecodeError::UnknownName { name } if name == "seat.taken"));
    assert!(matches!(
        refused("seat.offered", 0, 0, b"{}"),
        DecodeError::NoSuchVersion { version: 0, .. }
    ));
    assert!(matches!(
        refused("seat.offered", 3, 2, b"{}"),
        DecodeError::TooNew { floor: 2, reads: 1, .. }
    ));
    assert!(matches!(
        refused("seat.offered", 1, 1, b"{}"),
        DecodeError::Payload {
            name: "seat.offered",
            ..
        }
    ));
    // A newer writer says that this build can follow.
    assert_eq!(decode("seat.offered", 3, 1, br#"{"row":3,"new":0}"#)?, [offered()]);
    Ok(())
}

#[test]
fn the_first_parameter_says_what_the_stream_must_be() {
    assert_eq!(<Seat as Handle<Offer>>::REQUIRES, Requires::Absent);
    assert_eq!(<Seat as Handle<Take>>::REQUIRES, Requires::Present);
    assert_eq!(<Seat as Handle<Repair>>::REQUIRES, Requires::Either);
    given_nothing::<Seat>().when(Take { guest: None }).then_not_found();
    given::<Seat>([offered()]).when(Offer { row: 1 }).then_already_exists();
    let _ = given_nothing::<Seat>()
        .when(Repair { hard: false })
        .then_events([Offered { row: 0 }.into()]);
    let _ = given::<Seat>([offered()])
        .when(Repair { hard: true })
        .then_events([Broken.into()]);
    let _ = given::<Seat>([offered()]).when(Look {}).then_nothing();
}

#[test]
fn the_context_is_no_field() {
    let seat = || given::<Seat>([offered()]).id(SeatId { text: "3-17".into() });
    let _ = seat().when(Take { guest: None }).then_events([taken("3-17")]);
    let _ = seat()
        .when(Take {
            guest: Some("Ada".into()),
        })
        .then_events([taken("Ada")]);
}

#[test]
fn an_apply_creates_changes_or_replaces() {
    let _ = given::<Seat>([offered(), taken("Ada"), LeftAgain.into()])
        .when(Look {})
        .then_state(|seat| assert!(seat.is_free()));
    let _ = given::<Seat>([offered(), taken("Ada")])
        .when(Look {})
        .then_state(|seat| assert!(!seat.is_free()));
}

#[test]
fn the_enum_of_commands_is_told_apart_by_names() -> Result<(), serde_json::Error> {
    let take = SeatCommand::Take(Take { guest: None });
    assert_eq!(serde_json::to_string(&take)?, r#"{"take":{"by":null}}"#);
    assert_eq!(serde_json::from_str::<SeatCommand>(r#"{"take":{}}"#)?, take);
    assert_eq!(
        serde_json::from_str::<SeatCommand>(r#"{"look":{}}"#)?,
        SeatCommand::Look(Look {})
    );
    assert_ne!(take, SeatCommand::Look(Look {}));
    assert_ne!(
        take,
        SeatCommand::Take(Take {
            guest: Some("Ada".into())
        })
    );
    assert!(serde_json::from_str::<SeatCommand>(r#"{"leave":{}}"#).is_err());
    assert_eq!(
        (Take::NAME, Repair::NAME, SeatCommand::NAME),
        ("take", "repair", "SeatCommand")
    );
    Ok(())
}

#[test]
fn the_enum_of_commands_is_decided_as_its_members() {
    given_nothing::<Seat>()
        .when(SeatCommand::Take(Take { guest: None }))
        .then_not_found();
    let _ = given_nothing::<Seat>()
        .when(SeatCommand::Offer(Offer { row: 3 }))
        .then_events([offered()]);
    given::<Seat>([offered(), taken("Ada")])
        .when(SeatCommand::Take(Take { guest: None }))
        .then_rejected(SeatRejection::Take(HasGuest("Ada".into())));
}

#[test]
fn a_rejection_of_the_enum_speaks_as_its_member() {
    let rejection = SeatRejection::Take(HasGuest("Ada".into()));
    assert_eq!(
        (rejection.to_string(), format!("{rejection:?}")),
        ("Ada has it".into(), r#"HasGuest("Ada")"#.into())
    );
    let error: &dyn Error = &rejection;
    assert!(error.source().is_none());
    // Those of commands that reject nothing cannot be, so one arm is all.
    match rejection {
        SeatRejection::Take(HasGuest(guest)) => assert_eq!(guest, "Ada"),
    }
}

#[test]
fn a_key_has_the_text_of_its_field() {
    assert_eq!(SeatId { text: "3-17".into() }.text(), "3-17");
}

mod without_traits {
    //! A rejection that is neither `Debug` nor `Display`: the enum is there, and only those traits are not.

    /// What can happen.
    #[recount::events(prefix = "silent")]
    pub enum SilentEvent {
        /// It began.
        Begun,
    }

    /// Says nothing.
    pub struct Silence;

    /// A thing.
    #[derive(Debug, recount::Aggregate)]
    #[aggregate(name = "silent", id = u64, events = SilentEvent)]
    pub struct Silent;

    #[recount::handlers(commands = SilentCommand)]
    impl Silent {
        #[command]
        pub fn begin() -> Result<Begun, Silence> {
            Err(Silence)
        }

        /// A command that is not there.
        #[cfg(any())]
        #[command]
        pub fn absent() -> NoSuchEvent {
            NoSuchEvent
        }

        #[apply]
        fn begun(_: &Begun) -> Self {
            Self
        }

        #[cfg(any())]
        #[apply]
        fn absence(&mut self, _: &NoSuchEvent) {}
    }

    #[test]
    fn a_rejection_without_traits_is_still_one() {
        assert!(matches!(SilentRejection::Begin(Silence), SilentRejection::Begin(_)));
        assert_eq!(SilentCommand::Begin(Begin {}), SilentCommand::Begin(Begin {}));
    }
}

mod nothing_is_rejected {
    //! `rejection = Infallible`, for commands that all succeed.
    use std::convert::Infallible;

    #[recount::events(prefix = "mild")]
    #[derive(Debug, PartialEq)]
    pub enum MildEvent {
        Begun,
    }

    #[derive(Debug, recount::Aggregate)]
    #[aggregate(name = "mild", id = u64, events = MildEvent)]
    pub struct Mild;

    #[recount::handlers(commands = MildCommand, rejection = Infallible)]
    impl Mild {
        #[command]
        pub fn begin() -> Begun {
            Begun
        }

        #[apply]
        fn begun(_: &Begun) -> Self {
            Self
        }
    }

    #[test]
    fn the_enum_rejects_nothing_either() {
        let begin = MildCommand::Begin(Begin {});
        let _ = recount::testing::given_nothing::<Mild>()
            .when(begin)
            .then_events([Begun.into()]);
    }
}

//! A domain in a crate that knows recount as `ledger`, and serde not at all: that it compiles is the test.

/// What can happen to a box.
#[ledger::events(prefix = "box", crate = ::ledger)]
#[derive(Clone, Debug, PartialEq)]
pub enum BoxEvent {
    /// There is a box.
    Made {
        /// How much it can hold.
        room: u32,
    },
    /// Something was put into it.
    #[event(version = 2, write = 1, removed(2, colour: u8, default = 3))]
    Filled {
        /// How much.
        by: u32,
    },
    /// Nothing is in it any more.
    Emptied,
}

/// The number of a box.
#[derive(Clone, Debug, ledger::StreamKey)]
#[stream_key(crate = ::ledger)]
pub struct BoxId(pub u32);

/// A box.
#[derive(Debug, ledger::Aggregate)]
#[aggregate(name = "box", id = BoxId, events = BoxEvent, crate = ::ledger)]
pub struct Container {
    room: u32,
}

/// There is less room than was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

#[ledger::handlers(commands = BoxCommand, crate = ::ledger)]
impl Container {
    /// Makes a box.
    #[command]
    pub fn make(room: u32) -> Made {
        Made { room }
    }

    /// Puts something into it.
    ///
    /// # Errors
    /// [`Full`], if there is no room.
    #[command]
    pub fn fill(&self, by: u32) -> Result<Filled, Full> {
        if by > self.room { Err(Full) } else { Ok(Filled { by }) }
    }

    /// Empties it.
    #[command]
    pub fn empty(&self) -> Emptied {
        Emptied
    }

    #[apply]
    fn made(event: &Made) -> Self {
        Self { room: event.room }
    }

    #[apply]
    fn filled(&mut self, event: &Filled) {
        self.room -= event.by;
    }

    #[apply]
    fn emptied(self, _: &Emptied) -> Self {
        Self { room: u32::MAX }
    }
}

/// What reads boxes.
pub mod reads {
    use ledger::__private::serde;
    use ledger::__private::serde::{Deserialize, Serialize};
    use ledger::{After, Due, End, OrPark};

    use super::{BoxId, Container, Empty, Filled, Made};

    /// How much is in all boxes.
    #[derive(Debug, Default, Serialize, Deserialize, ledger::Projection)]
    #[serde(crate = "serde")]
    #[projection(name = "contents", reads(Container), crate = ::ledger)]
    pub struct Contents {
        /// How much.
        pub total: u64,
    }

    #[ledger::handlers(queries = ContentQuery, crate = ::ledger)]
    impl Contents {
        #[on(key = event.by)]
        fn filled(&mut self, event: &Filled) {
            self.total += u64::from(event.by);
        }

        /// Whether there is so much.
        #[query]
        #[must_use]
        pub fn at_least(&self, total: u64) -> bool {
            self.total >= total
        }
    }

    /// Empties what is very full.
    #[derive(Debug, Default, ledger::Policy)]
    #[policy(name = "emptying", reads(Container), start = now, crate = ::ledger)]
    pub struct Emptying;

    #[ledger::handlers(crate = ::ledger)]
    impl Emptying {
        #[on]
        fn filled(&self, event: &Filled) -> Option<OrPark<Empty>> {
            use ledger::Command;
            (event.by > 100).then(|| Empty {}.to(BoxId(event.by)).or_park())
        }
    }

    /// It has been there for long.
    #[derive(Debug, Serialize, Deserialize, ledger::Timer)]
    #[serde(crate = "serde")]
    #[timer(name = "old", crate = ::ledger)]
    pub struct Old {}

    /// How old a box is.
    #[derive(Debug, ledger::Process)]
    #[process(name = "age", id = BoxId, reads(Container), start = beginning, crate = ::ledger)]
    pub struct Age;

    #[ledger::handlers(crate = ::ledger)]
    impl Age {
        #[apply]
        fn begun(_: &Made) -> Self {
            Self
        }

        #[on(start, key = BoxId(event.room))]
        fn made(&self, _: &Made) -> After<Old> {
            After(std::time::Duration::from_secs(60), Old {})
        }

        #[on]
        fn old(&self, _: &Due<Old>) -> End {
            End
        }
    }
}

/// A module with derives instead, and a path that begins with `crate`.
pub mod by_hand {
    use ledger::__private::serde;
    use ledger::__private::serde::{Deserialize, Serialize};

    /// It happened.
    #[derive(Debug, Serialize, Deserialize, ledger::Event)]
    #[serde(crate = "serde")]
    #[event(name = "hand.happened", crate = crate::by_hand::inner::ledger)]
    pub struct Happened {
        /// When.
        pub day: u32,
    }

    /// All that happens.
    #[derive(Debug, ledger::Event)]
    #[event(crate = crate::by_hand::inner::ledger)]
    pub enum HandEvent {
        /// It happened.
        Happened(Happened),
    }

    mod inner {
        pub(super) use ledger;
    }
}

/// Parts of events of other crates.
pub mod parts {
    use ledger::__private::serde;
    use ledger::__private::serde::{Deserialize, Serialize};

    /// What is sent.
    #[derive(Debug, Serialize, Deserialize, ledger::Schema)]
    #[serde(crate = "serde")]
    #[schema(crate = ::ledger)]
    pub struct Parcel<T> {
        /// How large each side is.
        pub sizes: Vec<T>,
    }

    /// How large it is.
    #[derive(Debug, Serialize, Deserialize, ledger::Schema)]
    #[serde(crate = "serde")]
    #[schema(crate = ::ledger)]
    pub struct Size {
        /// In millimetres.
        pub width: u32,
    }
}

#[cfg(test)]
mod tests {
    use super::{BoxCommand, BoxEvent, BoxId, Container, Empty, Fill, Filled, Full, Made};

    #[test]
    fn a_box_of_another_name_behaves() {
        let given = || ledger::testing::given::<Container>([Made { room: 2 }.into()]).id(BoxId(7));
        let _ = given().when(Fill { by: 2 }).then_events([Filled { by: 2 }.into()]);
        given().when(Fill { by: 3 }).then_rejected(Full);
        let _ = given()
            .when(BoxCommand::Empty(Empty {}))
            .then_events([BoxEvent::Emptied(super::Emptied)]);
    }
}

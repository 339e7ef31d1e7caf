//! Generated code names everything by its whole path: it works where nothing is in scope, and where the user's own types have the names that
//! everybody knows.
#![no_implicit_prelude]
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    clippy::needless_pass_by_value,
    clippy::upper_case_acronyms,
    reason = "that it compiles is the test"
)]

/// Types of the user that are called as those of std and of recount.
mod taken {
    pub struct Option;
    pub struct Result;
    pub struct Vec;
    pub struct String;
    pub struct Ok;
    pub struct Err;
    pub struct Some;
    pub struct None;
    pub struct Default;
    pub struct Clone;
    pub struct Debug;
    pub struct From;
    pub struct Into;
    pub struct Event;
    pub struct EventSet;
    pub struct Aggregate;
    pub struct Command;
    pub struct Context;
    pub struct Apply;
    pub struct Infallible;
    pub struct Meta;
    pub struct Projection;
    pub struct Query;
    pub struct On;
    pub struct Effect;
    pub struct Serialize;
    pub struct Deserialize;
    pub mod core {}
    pub mod std {}
    pub mod recount {}
    pub mod serde {}
}

mod types_of_known_names {
    #![allow(unused_imports, reason = "they are there to be in the way")]
    use super::taken::*;

    /// Everything that can happen, under names that collide with the prelude's and with those of the macros' own helpers.
    #[::recount::events(prefix = "hygiene")]
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum A {
        Box {
            r#type: u64,
            state: bool,
            event: ::std::string::String,
        },
        NAMES,
        Drop {
            out: ::core::option::Option<u8>,
            raw: ::std::vec::Vec<u8>,
        },
    }

    #[derive(::recount::Aggregate)]
    #[aggregate(name = "hygiene", id = u64, events = A)]
    pub enum State {
        There { r#type: u64 },
        Gone,
    }

    #[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Never;

    #[::recount::handlers(commands = Request)]
    impl State {
        #[command]
        pub fn r#try(r#type: u64, state: bool, command: u8, cx: &::recount::Context) -> Box {
            Box {
                r#type,
                state,
                event: ::std::borrow::ToOwned::to_owned(if command > 0 { cx.id() } else { "" }),
            }
        }

        #[command]
        pub fn r#move(&self, event: u8) -> ::core::result::Result<NAMES, Never> {
            if event > 0 {
                ::core::result::Result::Ok(NAMES)
            } else {
                ::core::result::Result::Err(Never)
            }
        }

        #[command]
        pub fn r#type(
            state: ::core::option::Option<&Self>,
            _cx: &::recount::Context,
        ) -> (::core::option::Option<NAMES>,) {
            (state.is_some().then_some(NAMES),)
        }

        /// A method of the name that generated code calls on the traits.
        pub fn handle(&self) -> u8 {
            1
        }

        /// The same.
        pub fn apply(&self) -> u8 {
            2
        }

        #[apply]
        fn boxed(event: &Box) -> Self {
            Self::There { r#type: event.r#type }
        }

        #[apply]
        fn names(self, _: &NAMES) -> Self {
            Self::Gone
        }

        #[apply]
        fn dropped(&mut self, _: &Drop) {}
    }
}

/// An id of a newtype with a named field, and a set of events that are structs of their own.
mod by_derive {
    #[derive(::core::clone::Clone, ::recount::StreamKey)]
    pub struct Key {
        pub r#in: u64,
    }

    #[derive(::serde::Serialize, ::serde::Deserialize, ::recount::Event)]
    #[event(name = "hygiene.r-type")]
    pub struct Result {
        pub r#type: u64,
    }

    #[derive(::recount::Event)]
    pub enum Set {
        Ok(Result),
    }

    #[derive(::core::clone::Clone)]
    pub struct Ask {
        pub r#type: u64,
    }

    #[derive(::recount::Aggregate)]
    #[aggregate(name = "derived", id = Key, events = Set)]
    pub struct Option {
        r#type: u64,
    }

    #[::recount::handlers(derive(::core::clone::Clone))]
    impl Option {
        #[command(Ask)]
        pub fn ask(command: Ask) -> Result {
            Result { r#type: command.r#type }
        }

        #[apply]
        fn result(event: &Result) -> Self {
            Self { r#type: event.r#type }
        }
    }
}

/// A history in which every name is taken by something else.
mod with_a_past {
    #![allow(unused_imports, reason = "they are there to be in the way")]
    use super::taken::*;

    #[derive(::core::clone::Clone, ::serde::Serialize, ::serde::Deserialize, ::recount::Event)]
    #[event(name = "hygiene.past", version = 4, write = 3, step(1 = version), removed(2, payload: ::std::string::String))]
    #[event(removed(4, r#type: u8, default = 0), old_derives(::core::fmt::Debug, ::core::clone::Clone))]
    pub struct r#Match {
        #[event(since = 2)]
        pub old: ::core::primitive::u64,
        #[event(since = 3, with = event)]
        pub event: ::core::primitive::u8,
        #[event(since = 4)]
        pub meta: ::core::option::Option<::core::primitive::u8>,
        #[event(renamed(3, from = "match"), renamed(4, from = "self"))]
        pub r#loop: ::core::primitive::bool,
        #[event(retyped(3, from = ::core::primitive::u8))]
        pub wide: ::core::primitive::u8,
        #[event(since = 3, default = "x")]
        pub text: ::std::string::String,
    }

    fn version(old: MatchV1) -> MatchV2 {
        MatchV2 {
            old: ::core::convert::From::from(old.r#type),
            r#type: old.r#type,
            r#match: old.r#match,
            wide: old.wide,
        }
    }

    fn event(old: &MatchV2) -> ::core::primitive::u8 {
        old.wide
    }

    #[::recount::events(prefix = "hygiene")]
    #[derive(::core::clone::Clone)]
    pub enum Past {
        #[event(version = 2, raw(..=1 = payload))]
        Raw { text: ::std::string::String },
    }

    fn payload(
        stored: ::serde_json::Value,
        _: &::recount::UpcastMeta<'_>,
    ) -> ::core::result::Result<RawV2, ::recount::UpcastError> {
        let text = ::std::string::ToString::to_string(&stored);
        ::core::result::Result::Ok(Raw { text })
    }
}

#[test]
fn names_are_those_of_the_methods_without_their_marks() {
    use ::recount::{Command, EventVersion};
    ::core::assert_eq!(<types_of_known_names::Type as Command>::NAME, "type");
    ::core::assert_eq!(<types_of_known_names::Move as Command>::NAME, "move");
    ::core::assert_eq!(<types_of_known_names::NAMES as EventVersion>::NAME, "hygiene.names");
    ::core::assert_eq!(<types_of_known_names::Box as EventVersion>::NAME, "hygiene.box");
}

/// A set with a past.
mod by_derive_with_a_past {
    #![allow(unused_imports, reason = "they are there to be in the way")]
    use super::taken::*;

    #[derive(::serde::Serialize, ::serde::Deserialize, ::recount::Event)]
    #[event(name = "hygiene.name")]
    pub struct Name {
        pub raw: u64,
    }

    #[derive(::serde::Deserialize, ::recount::Event)]
    #[event(name = "hygiene.known", frozen)]
    pub struct Known {
        pub out: u64,
    }

    #[derive(::serde::Deserialize, ::recount::Event)]
    #[event(name = "hygiene.names", frozen)]
    pub struct NAMES {
        pub event: ::std::vec::Vec<u64>,
    }

    #[derive(::recount::Event)]
    #[event(alias("hygiene.named" => Name), dropped("hygiene.drop"), split(NAMES))]
    pub enum All {
        Name(Name),
        #[event(frozen)]
        Known(Known),
        #[event(unknown)]
        Unknown(::recount::UnknownEvent),
    }

    impl ::recount::Split<All> for NAMES {
        fn split(self, out: &mut dyn ::core::ops::FnMut(All)) {
            for raw in self.event {
                out(::core::convert::Into::into(Name { raw }));
            }
        }
    }
}

/// Types inside an event, generic and recursive ones.
mod inside {
    #![allow(unused_imports, reason = "they are there to be in the way")]
    use super::taken::*;

    #[derive(::serde::Serialize, ::serde::Deserialize, ::recount::Schema)]
    pub struct Vec<T> {
        pub r#type: T,
        pub kids: ::std::vec::Vec<Vec<T>>,
        pub next: ::core::option::Option<::std::boxed::Box<Self>>,
        #[schema(by_name = "some")]
        pub some: ::core::option::Option<::std::boxed::Box<Some>>,
    }

    #[derive(::serde::Serialize, ::serde::Deserialize, ::recount::Schema)]
    pub enum Some {
        None,
        Ok(#[schema(opaque)] u8),
        Err(u8, Vec<u8>),
        r#Default { r#in: Shape },
    }

    #[derive(::serde::Serialize, ::serde::Deserialize, ::recount::Schema)]
    #[schema(scalar = "shape", example = "1")]
    pub struct Shape(u8);

    #[derive(::serde::Serialize, ::serde::Deserialize, ::recount::Event)]
    #[event(name = "hygiene.inside")]
    pub struct Schema {
        pub field: Vec<Some>,
        #[schema(scalar = "option", example = "1")]
        pub option: Option,
    }

    /// Called as that of std: what is said of it is not said of what is in it.
    #[derive(::serde::Serialize, ::serde::Deserialize)]
    pub struct Option(u8);
}

/// What reads: a view, its questions, and reactions.
mod reads {
    #![allow(unused_imports, reason = "they are there to be in the way")]
    use super::taken::*;
    use super::types_of_known_names::{Box, State};

    #[derive(
        ::core::default::Default, ::core::fmt::Debug, ::serde::Serialize, ::serde::Deserialize, ::recount::Projection,
    )]
    #[projection(name = "hygiene", reads(State))]
    pub struct View {
        pub r#type: u64,
    }

    #[::recount::handlers(queries = Query)]
    impl View {
        #[on(key = event.r#type)]
        fn on(&mut self, view: &Box, event: &::recount::Meta) {
            self.r#type += view.r#type + event.position.get();
        }

        #[query]
        pub fn r#in(&self, r#type: &u64, name: &str, view: &[u8]) -> bool {
            self.r#type == *r#type && name.len() == view.len()
        }
    }

    #[derive(::core::default::Default, ::recount::Policy)]
    #[policy(name = "hygiene", reads(State), start = now)]
    pub struct Rule;

    #[::recount::handlers]
    impl Rule {
        #[on]
        fn react(&self, input: &Box) {
            let _ = input;
        }
    }

    #[derive(::serde::Serialize, ::serde::Deserialize, ::recount::Timer)]
    #[timer(name = "hygiene")]
    pub struct Timer {}

    #[derive(::recount::Process)]
    #[process(name = "hygiene", id = ::std::string::String, reads(State), start = beginning)]
    pub struct Process;

    #[::recount::handlers]
    impl Process {
        #[apply]
        fn fold(_: &Box) -> Self {
            Self
        }

        #[on(start, key = ::std::format!("{}{}", event.r#type, meta.id()))]
        fn instance(&self, _: &Box) -> ::recount::After<Timer> {
            ::recount::After(::core::time::Duration::ZERO, Timer {})
        }

        #[on]
        fn due(&self, _: &::recount::Due<Timer>) -> ::recount::End {
            ::recount::End
        }
    }
}

#[test]
fn keys_are_names_without_their_marks() {
    let ::recount::schema::Shape::Object { rust, fields } = <inside::Vec<u8> as ::recount::Schema>::SHAPE else {
        ::core::panic!("an object");
    };
    ::core::assert_eq!((*rust, fields[0].key), ("Vec", "type"));
    let ::recount::schema::Shape::Object { fields, .. } = <inside::Schema as ::recount::Schema>::SHAPE else {
        ::core::panic!("an object");
    };
    ::core::assert!(::core::matches!(
        fields[1].shape,
        ::recount::schema::Shape::Scalar { .. }
    ));
}

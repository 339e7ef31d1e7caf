//! Shapes from elsewhere: of another crate, behind an alias, behind a module; and where the names of the prelude mean something else.

use recount::Schema;
use recount::schema::{Field, Shape};

use crate::structs::fields;

/// An alias is what it stands for: rustc has resolved it before anyone looks.
type Maybe = Option<u8>;

#[derive(serde::Serialize, serde::Deserialize, Schema)]
struct Aliased {
    maybe: Maybe,
}

#[test]
fn an_alias_is_what_it_stands_for() {
    const U8: &Shape = &Shape::Int { bits: 8, signed: false };
    assert_eq!(fields::<Aliased>(), [Field::new("maybe", &Shape::Option(U8))]);
}

#[derive(serde::Serialize, serde::Deserialize, recount::Event)]
#[event(name = "moved")]
struct Moved {
    parcel: recount_tests_renamed::parts::Parcel<recount_tests_renamed::parts::Size>,
}

/// Two levels down, in a crate that knows recount by another name, behind a parameter.
#[test]
fn a_type_of_another_crate() {
    const SIZE: &Shape = &Shape::Object {
        rust: "Size",
        fields: &[Field::new(
            "width",
            &Shape::Int {
                bits: 32,
                signed: false,
            },
        )],
    };
    const PARCEL: &Shape = &Shape::Object {
        rust: "Parcel",
        fields: &[Field::new("sizes", &Shape::List(SIZE))],
    };
    assert_eq!(fields::<Moved>(), [Field::new("parcel", PARCEL)]);
}

/// Types may be called as those of std are.
mod named_like_std {
    use recount::Schema;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Schema)]
    pub(super) struct Option {
        pub(super) some: Vec,
    }

    #[derive(Serialize, Deserialize, Schema)]
    #[schema(scalar = "vec", example = "1")]
    #[serde(transparent)]
    pub(super) struct Vec(pub(super) u8);
}

#[test]
fn types_called_like_those_of_std() {
    const VEC: &Shape = &Shape::Scalar {
        name: "vec",
        example: "1",
    };
    assert_eq!(fields::<named_like_std::Option>(), [Field::new("some", VEC)]);
    let value = named_like_std::Option {
        some: named_like_std::Vec(1),
    };
    assert_eq!(
        serde_json::to_string(&value).expect("it can be written"),
        r#"{"some":1}"#
    );
}

//! Another type is stored in its place, and not every value of that one can be read: the format has a name of its own.

use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Schema)]
#[serde(try_from = "String", into = "String")]
pub struct Iban(String);

impl TryFrom<String> for Iban {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_ascii() { Ok(Self(text)) } else { Err("no IBAN") }
    }
}

impl From<Iban> for String {
    fn from(iban: Iban) -> Self {
        iban.0
    }
}

fn main() {}

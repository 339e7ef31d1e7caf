use recount::Schema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Schema)]
#[serde(try_from = "String", into = "String")]
#[schema(scalar = "iban", example = "\"DE02120300000000202051\"")]
pub struct Iban(String);

impl TryFrom<String> for Iban {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_ascii() {
            Ok(Self(text))
        } else {
            Err("no IBAN")
        }
    }
}

impl From<Iban> for String {
    fn from(iban: Iban) -> Self {
        iban.0
    }
}

fn main() {}

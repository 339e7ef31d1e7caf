use recount::Event;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(name = "account.deposited")]
pub struct Deposited {
    #[serde(with = "hexadecimal")]
    #[schema(scalar = "hexadecimal", example = "\"ff\"")]
    pub amount: u64,
}

mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(amount: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{amount:x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}

fn main() {}

//! The exported schema of random outlines allows what serde reads of them, and nothing of what it refuses.

mod support;

use std::fs;

use jsonschema::Validator;
use recount::schema::{Choice, Entry, Key, Outline, Payload, Scalar, Style, Tagging};
use serde_json::{Map, Value, json};
use support::{entry, lock, recount, run};

const OUTLINES: u64 = 100;
const PAYLOADS: u64 = 12;

/// Numbers from a seed, by SplitMix64.
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn names(&mut self, most: usize) -> Vec<String> {
        let mut names = ["a", "b", "memo", "two words", "d/e~f", "ö\""]
            .map(str::to_owned)
            .to_vec();
        names.rotate_left(self.below(6));
        names.truncate(self.below(most + 1));
        names.sort();
        names
    }

    fn aliases(&mut self, name: &str) -> Vec<String> {
        if self.once_in(4) {
            vec![format!("old {name}")]
        } else {
            Vec::new()
        }
    }

    fn leaf(&mut self) -> Outline {
        match self.below(9) {
            0 => Outline::Bool,
            1 | 2 => Outline::Text,
            3 => Outline::Null,
            4 if self.once_in(3) => Outline::Any,
            4..=6 => Outline::Int {
                bits: [8, 16, 32, 64, 128][self.below(5)],
                signed: self.once_in(2),
            },
            7 => Outline::Float([32, 64][self.below(2)]),
            _ => Outline::Scalar(Scalar {
                name: "decimal/1".to_owned(),
                example: "\"1.50\"".to_owned(),
            }),
        }
    }

    /// A value with at most so many objects and enums inside; `around`: how many are around it.
    fn value(&mut self, depth: usize, around: u32) -> Outline {
        if depth == 0 {
            return self.leaf();
        }
        match self.below(13) {
            0..=2 => self.leaf(),
            3 => match self.value(depth, around) {
                Outline::Option(inner) => *inner,
                inner => Outline::Option(Box::new(inner)),
            },
            4 | 5 => Outline::List(Box::new(self.value(depth - 1, around))),
            6 => {
                let key = match self.below(3) {
                    0 => Outline::Int { bits: 32, signed: true },
                    _ => Outline::Text,
                };
                Outline::Map(Box::new(key), Box::new(self.value(depth - 1, around)))
            }
            7 => Outline::Tuple((0..self.below(4)).map(|_| self.value(depth - 1, around)).collect()),
            8 => {
                // In a list, or a key: an untagged enum that may be itself has no end in Rust either.
                Outline::List(Box::new(self.up(around)))
            }
            9 | 10 => self.object(depth - 1, around),
            _ => self.choice(depth - 1, around),
        }
    }

    fn up(&mut self, around: u32) -> Outline {
        Outline::Up(1 + self.below(around as usize) as u32)
    }

    fn object(&mut self, depth: usize, around: u32) -> Outline {
        let keys = self.names(4).into_iter().map(|name| {
            let value = match self.once_in(12) {
                true => Outline::Option(Box::new(self.up(around + 1))),
                false => self.value(depth, around + 1),
            };
            let absent = matches!(value, Outline::Option(_)) || self.once_in(4);
            Key {
                aliases: self.aliases(&name),
                name,
                absent,
                value,
            }
        });
        let keys = keys.collect();
        Outline::Object {
            keys,
            parts: Vec::new(),
        }
    }

    fn choice(&mut self, depth: usize, around: u32) -> Outline {
        let tag = [
            Tagging::External,
            Tagging::Internal("kind".to_owned()),
            Tagging::Adjacent {
                tag: "kind".to_owned(),
                content: "the data".to_owned(),
            },
            Tagging::Untagged,
        ][self.below(4)]
        .clone();
        let mut names = self.names(3);
        names.push("z".to_owned());
        let choices = names.into_iter().enumerate().map(|(place, name)| {
            let value = match self.below(3) {
                0 => None,
                _ if matches!(tag, Tagging::Internal(_)) => Some(self.object(depth, around + 1)),
                _ => Some(self.value(depth, around + 1)),
            };
            match tag {
                Tagging::Untagged => Choice {
                    name: place.to_string(),
                    aliases: Vec::new(),
                    value,
                },
                _ => Choice {
                    aliases: self.aliases(&name),
                    name,
                    value,
                },
            }
        });
        let choices = choices.collect();
        let open = tag != Tagging::Untagged && self.once_in(3);
        Outline::Enum { tag, open, choices }
    }
}

fn entries() -> Vec<Entry> {
    let mut rng = Rng(1);
    let random = (0..OUTLINES).map(|number| {
        let mut one = entry(&format!("event.{number:03}"), 1, &[]);
        one.shape = Some(rng.object(3, 0));
        one
    });
    random.collect()
}

fn as_json(payload: &Payload) -> Value {
    serde_json::from_str(&payload.to_string()).expect("a payload is JSON")
}

/// The payload with one value changed, everywhere: a key gone, a value `null`, or of another kind.
fn mutants(payload: &Payload) -> Vec<Payload> {
    let mut mutants = vec![
        Payload::Null,
        Payload::Number("300".to_owned()),
        Payload::Text("x".to_owned()),
    ];
    match payload {
        Payload::Object(entries) => {
            for (key, value) in entries {
                let mut without = payload.clone();
                without.remove(key);
                mutants.push(without);
                for mutant in self::mutants(value) {
                    let mut with = payload.clone();
                    with.set(key, mutant);
                    mutants.push(with);
                }
            }
        }
        Payload::List(items) => {
            for (place, item) in items.iter().enumerate() {
                for mutant in self::mutants(item) {
                    let mut items = items.clone();
                    items[place] = mutant;
                    mutants.push(Payload::List(items));
                }
            }
        }
        _ => {}
    }
    mutants
}

/// Of one event, with its own definitions alone: reading all of them again for each would take most of the time.
fn validator(document: &Value, event: &str) -> Validator {
    let definitions = document["$defs"].as_object().expect("definitions").iter();
    let own = definitions.filter(|(name, _)| name.split('/').nth(1) == Some(event));
    let own: Map<String, Value> = own.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    let document = json!({ "$defs": own, "$ref": format!("#/$defs/bank~1{event}~1v1") });
    jsonschema::draft202012::new(&document).expect("a schema")
}

#[test]
fn a_schema_allows_what_serde_reads() {
    let entries = entries();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("events.lock"), lock(entries.clone())).expect("a lock");
    let ended = run(recount(folder.path()).args(["export", "--format", "json-schema", "--lock", "events.lock"]));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&ended.out).expect("JSON");
    let (mut read, mut refused) = (0, 0);
    for entry in &entries {
        let schema = validator(&document, &entry.name);
        let outline = entry.shape.as_ref().expect("it has one");
        let lines = || outline.lines().join("\n");
        let seeded = (0..PAYLOADS).map(Style::Stored);
        for style in [Style::Min, Style::Max, Style::Sparse].into_iter().chain(seeded) {
            let payload = outline.payload(style);
            assert!(outline.accepts(&payload).is_ok(), "{payload}\n{}", lines());
            let errors: Vec<String> = schema
                .iter_errors(&as_json(&payload))
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{payload}: {errors:?}\n{}", lines());
            read += 1;
        }
        for mutant in mutants(&outline.payload(Style::Max)) {
            let is_read = outline.accepts(&mutant);
            assert_eq!(
                schema.is_valid(&as_json(&mutant)),
                is_read.is_ok(),
                "{mutant}: {is_read:?}\n{}",
                lines()
            );
            refused += usize::from(is_read.is_err());
        }
    }
    assert!(
        read > 1400 && refused > 1400,
        "{read} read, {refused} refused: too few to say anything"
    );
}

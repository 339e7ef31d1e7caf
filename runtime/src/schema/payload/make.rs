//! Payloads of an outline: the least, the fullest, the sparsest, and any.

use super::Payload;
use super::variant::{tagged, unheard_of};
use crate::schema::around::Place;
use crate::schema::lock::{Choice, Outline, Tagging};
use crate::schema::numbers;

/// Which payload is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Every key, each with its least value: `null`, `[]`, `""`, the least number.
    Min,
    /// Every key, and no two values alike, so that what is swapped is seen; only items of a list repeat one another.
    Max,
    /// As the fullest, without any key that may be absent: what defaults fill in.
    Sparse,
    /// Any payload that may be stored: keys under aliases and unknown variants of open enums too. The number is the seed.
    Stored(u64),
    /// Any payload that this build writes: keys under their names, variants that it knows.
    Written(u64),
}

/// How often a payload goes once more around inside itself.
const ROUNDS: u32 = 3;

impl Outline {
    /// A payload of this outline, the same each time.
    #[must_use]
    pub fn payload(&self, style: Style) -> Payload {
        make(Place::root(self), style)
    }
}

/// A value of a node.
pub(crate) fn make(place: Place<'_>, style: Style) -> Payload {
    make_under(place, style, "text")
}

/// A value of what lies under a key: its texts begin with it.
pub(crate) fn make_under(place: Place<'_>, style: Style, key: &str) -> Payload {
    Maker::new(style, key, false).make(place)
}

/// The smallest value in which something else can be shown: no key that may be absent, and no elements.
pub(crate) fn make_bare(place: Place<'_>) -> Payload {
    Maker::new(Style::Sparse, "text", true).make(place)
}

struct Maker {
    style: Style,
    /// How many values were made: what tells them apart.
    count: u32,
    seed: u64,
    /// The last key, which texts begin with.
    label: String,
    /// Whether lists and maps stay empty.
    bare: bool,
}

impl Maker {
    fn new(style: Style, label: &str, bare: bool) -> Self {
        let seed = match style {
            Style::Stored(seed) | Style::Written(seed) => seed,
            _ => 0,
        };
        let (count, label) = (0, label.to_owned());
        Self {
            style,
            count,
            seed,
            label,
            bare,
        }
    }

    fn make(&mut self, place: Place<'_>) -> Payload {
        // A type that must hold itself has no value at all; such a one cannot be built in Rust either.
        let made = (1..=ROUNDS).find_map(|rounds| self.value(place, rounds));
        made.unwrap_or(Payload::Null)
    }

    fn is_random(&self) -> bool {
        matches!(self.style, Style::Stored(_) | Style::Written(_))
    }

    fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.random() % end.max(1) as u64) as usize
    }

    /// Whether to take this time what is random otherwise.
    fn chance(&mut self, times: usize) -> bool {
        self.is_random() && self.below(times) == 0
    }

    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    /// A value; `None` if it would go around more often than that.
    fn value(&mut self, place: Place<'_>, rounds: u32) -> Option<Payload> {
        let left = match place.node {
            Outline::Up(_) => rounds.checked_sub(1)?,
            _ => rounds,
        };
        let place = place.resolved();
        Some(match place.node {
            Outline::Bool => Payload::Bool(match self.style {
                Style::Min => false,
                _ if self.is_random() => self.below(2) == 0,
                _ => true,
            }),
            Outline::Null | Outline::Up(_) => Payload::Null,
            Outline::Text => Payload::Text(self.text()),
            Outline::Any => self.any(),
            Outline::Int { bits, signed } => Payload::Number(self.int(*bits, *signed)),
            Outline::Float(bits) => Payload::Number(self.float(*bits)),
            Outline::Scalar(scalar) => {
                Payload::parse(&scalar.example).unwrap_or_else(|_| Payload::Text(format!("<{}>", scalar.name)))
            }
            Outline::Option(_) if self.style == Style::Min || self.chance(3) => Payload::Null,
            Outline::Option(inner) => self.value(place.inner(inner), left).unwrap_or(Payload::Null),
            Outline::List(inner) => {
                let items = (0..self.length()).map_while(|_| self.value(place.inner(inner), left));
                let mut items: Vec<Payload> = items.collect();
                // `b, a, b, b`: sorted, turned around or without what stands twice it is another. Of lists in lists that would be many.
                if self.style == Style::Max {
                    items.reverse();
                    let first = items.first().filter(|first| first.is_single()).cloned();
                    items.extend([first.clone(), first].into_iter().flatten());
                } else if self.chance(3) {
                    items.extend(items.first().cloned());
                }
                Payload::List(items)
            }
            Outline::Set(inner) => {
                let mut items = Vec::new();
                for _ in 0..self.length() {
                    if let Some(item) = self.value(place.inner(inner), left)
                        && !items.contains(&item)
                    {
                        items.push(item);
                    }
                }
                Payload::List(items)
            }
            Outline::Tuple(items) => {
                let items = items.iter().map(|item| self.value(place.inner(item), left));
                Payload::List(items.collect::<Option<_>>()?)
            }
            Outline::Map(key, inner) => {
                let mut map = Payload::Object(Vec::new());
                for _ in 0..self.length() {
                    let key = self.value(place.inner(key), left)?.into_key();
                    if let (Some(key), Some(value)) = (key, self.value(place.inner(inner), left)) {
                        map.set(&key, value);
                    }
                }
                map
            }
            Outline::Object { .. } => self.object(place, left)?,
            Outline::Enum { .. } => self.choice(place, left)?,
        })
    }

    fn length(&mut self) -> usize {
        match self.style {
            Style::Min => 0,
            _ if self.bare => 0,
            Style::Max | Style::Sparse => 2,
            _ => self.below(4),
        }
    }

    fn text(&mut self) -> String {
        match self.style {
            Style::Min => String::new(),
            _ if self.is_random() => {
                let texts = [
                    "",
                    "a",
                    "Grüße, 世界 🦀",
                    "\"\\\n\u{0}\u{7f}",
                    "null",
                    "0",
                    "text",
                    "-1.5e3",
                    "2024-02-29",
                ];
                let text = texts[self.below(texts.len())];
                match self.below(3) {
                    0 => format!("{text}{}", self.next()),
                    _ => text.to_owned(),
                }
            }
            _ => {
                let count = self.next();
                format!("{} {count}", self.label)
            }
        }
    }

    fn any(&mut self) -> Payload {
        let count = self.next();
        match self.style {
            Style::Min => Payload::Null,
            _ if self.is_random() => match self.below(6) {
                0 => Payload::Null,
                1 => Payload::Bool(true),
                2 => Payload::Number("-7".to_owned()),
                3 => Payload::List(vec![Payload::Number("0.5".to_owned())]),
                4 => Payload::Object(vec![("any".to_owned(), Payload::Null)]),
                _ => Payload::Text("anything".to_owned()),
            },
            _ => Payload::Object(vec![("any".to_owned(), Payload::Number(count.to_string()))]),
        }
    }

    fn int(&mut self, bits: u8, signed: bool) -> String {
        let (least, greatest) = numbers::range(bits, signed);
        if self.style == Style::Min {
            return least.to_string();
        }
        let count = u128::from(self.next());
        if !self.is_random() {
            return (1 + (count - 1) % greatest).to_string();
        }
        match self.below(6) {
            0 => least.to_string(),
            1 => greatest.to_string(),
            2 if signed => "-1".to_owned(),
            3 => {
                let bits = (u128::from(self.random()) << 64) | u128::from(self.random());
                (bits & greatest).to_string()
            }
            _ => (count % 3).to_string(),
        }
    }

    fn float(&mut self, bits: u8) -> String {
        if self.style == Style::Min {
            return "0.0".to_owned();
        }
        let count = self.next();
        if !self.is_random() {
            return format!("{count}.5");
        }
        let least = if bits == 32 {
            "-3.4028235e38"
        } else {
            "-1.7976931348623157e308"
        };
        let fine = if bits == 32 { "0.1" } else { "0.12345678901234567" };
        match self.below(4) {
            0 => least.to_owned(),
            1 => fine.to_owned(),
            2 => "0.0".to_owned(),
            _ => format!("{count}.5"),
        }
    }

    fn object(&mut self, place: Place<'_>, rounds: u32) -> Option<Payload> {
        let Outline::Object { keys, parts } = place.node else {
            return None;
        };
        let around = place.around();
        let mut object = Payload::Object(Vec::new());
        for key in keys {
            if key.absent && (self.style == Style::Sparse || self.chance(3)) {
                continue;
            }
            key.name.clone_into(&mut self.label);
            let name = self.name(&key.name, &key.aliases);
            match self.value(around.inner(&key.value), rounds) {
                Some(value) => object.set(&name, value),
                None if key.absent => {}
                None => return None,
            }
        }
        for part in parts {
            let is_external = |part: &Outline| {
                matches!(
                    part,
                    Outline::Enum {
                        tag: Tagging::External,
                        ..
                    }
                )
            };
            let is_external = match part {
                Outline::Option(inner) => is_external(inner),
                part => is_external(part),
            };
            match self.value(around.inner(part), rounds)? {
                Payload::Object(entries) => {
                    for (key, value) in entries {
                        if object.get(&key).is_none() && !keys.iter().any(|own| own.is(&key)) {
                            object.set(&key, value);
                        }
                    }
                }
                // Among other keys, a variant without data has `null` behind its name.
                Payload::Text(name) if is_external => object.set(&name, Payload::Null),
                _ => {}
            }
        }
        Some(object)
    }

    /// The name, or where it may have been stored so, an alias.
    fn name(&mut self, name: &str, aliases: &[String]) -> String {
        let is_alias = matches!(self.style, Style::Stored(_)) && !aliases.is_empty() && self.below(3) == 0;
        let alias = is_alias.then(|| aliases.get(self.below(aliases.len()))).flatten();
        alias.map_or(name, String::as_str).to_owned()
    }

    fn choice(&mut self, place: Place<'_>, rounds: u32) -> Option<Payload> {
        let Outline::Enum { tag, open, choices } = place.node else {
            return None;
        };
        if *open && matches!(self.style, Style::Stored(_)) && self.below(4) == 0 {
            return Some(tagged(tag, &unheard_of(choices, &[]), None));
        }
        // The least is the first; the fullest is the one with most lines; any other is tried where one goes around too often.
        let mut order: Vec<&Choice> = choices.iter().collect();
        match self.style {
            Style::Min => {}
            _ if self.is_random() => order.rotate_left(self.below(choices.len())),
            _ => order.sort_by_key(|choice| {
                std::cmp::Reverse(choice.value.as_ref().map_or(0, |value| 1 + value.lines().len()))
            }),
        }
        order.into_iter().find_map(|choice| {
            let name = self.name(&choice.name, &choice.aliases);
            let data = match &choice.value {
                Some(value) => Some(self.value(place.around().inner(value), rounds)?),
                None => None,
            };
            Some(tagged(tag, &name, data))
        })
    }
}

//! `Upcast`: what a stored event becomes today, as the text of an `.upcast` file.

use std::fmt;

use crate::schema::{Outline, Payload, Shape};
use crate::testing::difference::differences;

/// The current events that a stored one becomes, in order; each is a line of the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Upcast(Vec<Line>);

#[derive(Clone, Debug, PartialEq)]
enum Line {
    /// `account.deposited 3 {"amount":1}`.
    Event(Event),
    /// `# account.limit_raised is only read`: what no bytes can be had of.
    Said(String),
}

/// A current event as it would be stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) payload: String,
    /// What the event is today, which tells lists from sets; `None` where there are none, and of an event that was read from a file.
    pub(super) shape: Option<&'static Shape>,
}

impl Event {
    /// With the items of its sets in one order: a hasher gives them another in each process.
    pub(super) fn sorted(mut self) -> Self {
        if let Some(shape) = self.shape
            && let Ok(payload) = Payload::parse(&self.payload)
        {
            let sorted = Outline::of(shape).sorted(&payload);
            if sorted != payload {
                self.payload = sorted.to_string();
            }
        }
        self
    }

    /// Whether both are one event with one payload.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.version == other.version && self.differences(other).is_empty()
    }

    /// Where the payloads differ: the order of lists counts, that of keys and of sets does not.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        if self.payload == other.payload {
            return Vec::new();
        }
        let (Ok(a), Ok(b)) = (Payload::parse(&self.payload), Payload::parse(&other.payload)) else {
            return vec![String::new()];
        };
        match self.shape.or(other.shape).map(Outline::of) {
            Some(outline) => differences(&outline.sorted(&a), &outline.sorted(&b)),
            None => differences(&a, &b),
        }
    }
}

impl Upcast {
    /// A stored event that becomes nothing.
    pub(super) fn nothing(why: &str) -> Self {
        Self(vec![Line::Said(why.to_owned())])
    }

    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn add(&mut self, event: Event) {
        self.0.push(Line::Event(event));
    }

    pub(super) fn say(&mut self, text: &str) {
        self.0.push(Line::Said(text.replace('\n', " ")));
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The events, or none where a line is not one: then they cannot be read again.
    pub(super) fn events(&self) -> Option<Vec<&Event>> {
        let events = self.0.iter().map(|line| match line {
            Line::Event(event) => Some(event),
            Line::Said(_) => None,
        });
        events.collect()
    }

    /// All events, whatever else is said.
    pub(super) fn each(&self) -> impl Iterator<Item = &Event> {
        self.0.iter().filter_map(|line| match line {
            Line::Event(event) => Some(event),
            Line::Said(_) => None,
        })
    }

    /// The event, where it is one alone.
    pub(super) fn single(&self) -> Option<&Event> {
        let mut all = self.each();
        all.next().filter(|_| all.next().is_none())
    }

    /// Reads the text of a file. What is no event is text, and differs from all others.
    pub(super) fn parse(text: &str) -> Self {
        Self(text.lines().map(line).collect())
    }

    /// Where both differ: the place of an event, and the path in it. `None` where they differ in more than values.
    pub(super) fn differences(&self, other: &Self) -> Option<Vec<(usize, String)>> {
        let mut found = Vec::new();
        for (place, lines) in self.0.iter().zip(&other.0).enumerate() {
            match lines {
                (Line::Event(a), Line::Event(b)) if a.name == b.name && a.version == b.version => {
                    found.extend(a.differences(b).into_iter().map(|path| (place, path)));
                }
                (a, b) if a == b => {}
                _ => return None,
            }
        }
        (self.0.len() == other.0.len()).then_some(found)
    }

    /// Whether both are the same events: the order of keys and of sets means nothing, that of lists does.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same = |(a, b): (&Line, &Line)| match (a, b) {
            (Line::Event(a), Line::Event(b)) => a.is_same(b),
            (a, b) => a == b,
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(same)
    }
}

fn line(text: &str) -> Line {
    let event = || {
        let (name, rest) = text.split_once(' ')?;
        let (version, payload) = rest.split_once(' ')?;
        Some(Event {
            name: name.to_owned(),
            version: version.parse().ok()?,
            payload: payload.to_owned(),
            shape: None,
        })
    };
    match text.strip_prefix("# ") {
        Some(said) => Line::Said(said.to_owned()),
        None => event().map_or_else(|| Line::Said(text.to_owned()), Line::Event),
    }
}

/// The text of the file.
impl fmt::Display for Upcast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.0 {
            match line {
                Line::Event(Event {
                    name, version, payload, ..
                }) => writeln!(f, "{name} {version} {payload}")?,
                Line::Said(text) => writeln!(f, "# {text}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Upcast};
    use crate::schema::{Field, Shape};

    fn upcast() -> Upcast {
        let mut upcast = Upcast::none();
        upcast.add(Event {
            name: "account.moved".to_owned(),
            version: 2,
            payload: r#"{"a":"x y","b":[1,2]}"#.to_owned(),
            shape: None,
        });
        upcast.say("account.gone is\nonly read");
        upcast
    }

    #[test]
    fn the_text_is_read_as_it_was_written() {
        let text = upcast().to_string();
        assert_eq!(
            text,
            "account.moved 2 {\"a\":\"x y\",\"b\":[1,2]}\n# account.gone is only read\n"
        );
        assert_eq!(Upcast::parse(&text), upcast());
        assert_eq!(upcast().events(), None);
        assert_eq!(upcast().each().count(), 1);
    }

    #[test]
    fn orders_that_mean_nothing_are_no_difference() {
        let read = |text: &str| Upcast::parse(text);
        let one = read("a 1 {\"x\":1,\"y\":[1,2]}");
        assert!(one.is_same(&read("a 1 {\"y\":[1,2],\"x\":1}")));
        assert!(!one.is_same(&read("a 1 {\"y\":[2,1],\"x\":1}")));
        assert!(!one.is_same(&read("a 2 {\"y\":[1,2],\"x\":1}")));
        assert!(!one.is_same(&read("a 1 {\"y\":[1,2],\"x\":2}")));
        assert!(!one.is_same(&read("a 1 {\"x\":1,\"y\":[1,2]}\n# and more")));
        assert!(!one.is_same(&read("<<<<<<< ours")));
    }

    #[test]
    fn only_what_is_a_set_today_is_without_order() {
        const SHAPE: &Shape = &Shape::Object {
            rust: "A",
            fields: &[
                Field::new("x", &Shape::Set(&Shape::Str)),
                Field::new("y", &Shape::List(&Shape::Str)),
            ],
        };
        let event = |payload: &str, shape| Event {
            name: "a".to_owned(),
            version: 1,
            payload: payload.to_owned(),
            shape,
        };
        let now = event(r#"{"x":["2","1"],"y":["2","1"]}"#, Some(SHAPE)).sorted();
        assert_eq!(now.payload, r#"{"x":["1","2"],"y":["2","1"]}"#);
        for (pinned, places) in [
            (r#"{"y":["2","1"],"x":["2","1"]}"#, &[][..]),
            (r#"{"x":["1","2"],"y":["1","2"]}"#, &["y[0]", "y[1]"]),
            (r#"{"x":["1","2"],"y":["2"]}"#, &["y[1]"]),
            (r#"{"x":["1","3"],"y":["2","1"]}"#, &["x[1]"]),
            (r#"{"x":["1","2"]}"#, &["y"]),
        ] {
            let pinned = event(pinned, None);
            assert_eq!(pinned.differences(&now), places, "{pinned:?}");
            assert_eq!(now.differences(&pinned), places, "{pinned:?}");
        }
    }
}

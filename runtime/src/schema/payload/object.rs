//! How an object is read: its keys first, then what is flattened into it takes of the rest.

use super::Payload;
use super::read::{Reader, Reading, Refusal};
use crate::schema::around::Place;
use crate::schema::lock::{Outline, Tagging};

type Entries<'a> = Vec<(&'a str, &'a Payload)>;

impl Reader {
    pub(super) fn object(&mut self, place: Place<'_>, mut left: Entries<'_>) -> Result<(), Refusal> {
        let Outline::Object { keys, parts } = place.node else {
            return Ok(());
        };
        let around = place.around();
        for key in keys {
            let mut values = left.extract_if(.., |(name, _)| key.is(name));
            let (first, second) = (values.next(), values.next());
            drop(values);
            match (first, second) {
                (Some((name, value)), None) => {
                    self.at(&format!(".{name}"), |reader| {
                        reader.value(around.inner(&key.value), value)
                    })?;
                }
                (Some(_), Some((name, _))) => return self.refuse(format!("`{name}` is there twice, under two names")),
                (None, _) if key.absent => {}
                (None, _) => return self.refuse(format!("`{}` is missing", key.name)),
            }
        }
        // Each part sees all that is left, and what none of them takes is passed over.
        let mut is_taken = vec![false; left.len()];
        for part in parts {
            let (part, is_option) = match part {
                Outline::Option(inner) => (&**inner, true),
                part => (part, false),
            };
            let mut reader = Self {
                path: self.path.clone(),
                reading: Reading::default(),
                tried: self.tried.clone(),
            };
            match reader.part(around.inner(part), &left) {
                Ok(()) => self.take(reader.reading, &left, &mut is_taken),
                // serde makes a `None` of a flattened option that cannot be read.
                Err(_) if is_option => {}
                Err(refusal) => return Err(refusal),
            }
        }
        for ((name, _), is_taken) in left.iter().zip(is_taken) {
            if !is_taken {
                self.ignore(&format!(".{name}"));
            }
        }
        Ok(())
    }

    /// Takes over what a part read: the keys that it did not ignore.
    fn take(&mut self, part: Reading, left: &Entries<'_>, is_taken: &mut [bool]) {
        let path_of = |name: &str| format!("{}.{name}", self.path).trim_start_matches('.').to_owned();
        let own: Vec<String> = left.iter().map(|(name, _)| path_of(name)).collect();
        for (path, is_taken) in own.iter().zip(is_taken) {
            *is_taken |= !part.ignored.contains(path);
        }
        let deeper = part.ignored.into_iter().filter(|path| !own.contains(path));
        self.reading.ignored.extend(deeper);
        self.reading.blurred.extend(part.blurred);
    }

    /// A flattened enum or map, which shares the keys of the object around it.
    fn part(&mut self, place: Place<'_>, left: &Entries<'_>) -> Result<(), Refusal> {
        let owned = |entries: &[(&str, &Payload)]| {
            let entries = entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).clone()));
            Payload::Object(entries.collect())
        };
        if let Outline::Enum {
            tag: Tagging::External,
            choices,
            ..
        } = place.node
        {
            let is_choice = |(name, _): &(&str, &Payload)| choices.iter().any(|choice| choice.is(name));
            let Some(found) = left.iter().position(is_choice) else {
                return self.refuse("none of its variants is there");
            };
            for (index, (name, _)) in left.iter().enumerate() {
                if index != found {
                    self.ignore(&format!(".{name}"));
                }
            }
            return self.choice(place, &owned(&left[found..=found]));
        }
        self.value(place, &owned(left))
    }
}

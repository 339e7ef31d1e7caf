//! What is made of an outline is read by it; and serde answers as the model says.

use proptest::prelude::*;

use super::random::{Rng, event};
use crate::schema::{Outline, Payload, Style};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn what_is_made_of_an_outline_is_read_by_it_in_full(seed: u64) {
        let outline = Outline::of(event(&mut Rng::new(seed)));
        // A type that has to hold itself has no value, and two flattened parts may be after one key.
        let lines = outline.lines();
        prop_assume!(!lines.iter().any(|line| line.contains('+') || line.contains(": ^")));
        for style in [Style::Min, Style::Max, Style::Sparse, Style::Written(seed)] {
            let payload = outline.payload(style);
            let reading = outline.read(&payload);
            prop_assert!(reading.is_ok(), "{style:?} {payload} {reading:?} {lines:#?}");
            if !lines.iter().any(|line| line.contains("untagged")) {
                prop_assert_eq!(reading.map(|reading| (reading.ignored, reading.blurred)), Ok((vec![], vec![])), "{} {:#?}", payload, lines);
            }
            prop_assert_eq!(Payload::parse(&payload.to_string()).ok(), Some(payload));
        }
        let stored = outline.payload(Style::Stored(seed));
        let read = Payload::parse(&stored.to_string()).ok();
        prop_assert_eq!(read.as_ref(), Some(&stored));
        prop_assert!(outline.accepts(&stored).is_ok(), "{stored} {:?} {lines:#?}", outline.accepts(&stored));
    }
}

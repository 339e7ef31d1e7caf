//! Which of the known words was probably meant.

/// The candidate from which `typed` differs least, if at most a third of its letters differ.
pub(crate) fn nearest<'a>(typed: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let measured = candidates.map(|candidate| (distance(typed, candidate), candidate));
    let (distance, candidate) = measured.min_by_key(|(distance, _)| *distance)?;
    (distance * 3 <= candidate.chars().count().max(typed.chars().count())).then_some(candidate)
}

/// How many letters have to be inserted, deleted or replaced to make one word of the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (done, letter) in from.chars().enumerate() {
        let mut left = done + 1;
        let mut next = vec![left];
        for ((other, above_left), above) in to.chars().zip(&row).zip(row.iter().skip(1)) {
            let replaced = above_left + usize::from(other != letter);
            left = replaced.min(left + 1).min(above + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn letters_are_inserted_deleted_and_replaced() {
        assert_eq!(distance("version", "version"), 0);
        assert_eq!(distance("verison", "version"), 2);
        assert_eq!(distance("", "name"), 4);
        assert_eq!(distance("nam", "name"), 1);
        assert_eq!(distance("crates", "crate"), 1);
    }

    #[test]
    fn only_a_word_that_is_near_is_suggested() {
        let keys = || ["name", "version", "crate"].into_iter();
        assert_eq!(nearest("verison", keys()), Some("version"));
        assert_eq!(nearest("nam", keys()), Some("name"));
        assert_eq!(nearest("since", keys()), None);
    }
}

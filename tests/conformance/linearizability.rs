//! The checker of histories is checked: sound ones pass, and each planted violation is found.

use recount::store::Expected;
use recount::store::conformance::history::{Action, Answer, Entry, Operation, Violation, check};
use recount::{AppendId, Position, StreamId, Version};
use uuid::Uuid;

fn stream() -> StreamId {
    StreamId::new("case", "main").expect("a plain name")
}

fn id(number: u128) -> AppendId {
    AppendId::new(Uuid::from_u128(number))
}

fn at(called: u64, answered: u64, action: Action) -> Operation {
    let answered = Some(answered);
    Operation {
        called,
        answered,
        action,
    }
}

fn append(number: u128, expected: Expected, answer: Answer) -> Action {
    let (append, parts) = (id(number), vec![(stream(), expected, 1)]);
    Action::Append { append, parts, answer }
}

fn committed(position: u64) -> Answer {
    let (first, last) = (Position::new(position), Position::new(position));
    Answer::Committed { first, last }
}

fn conflict(actual: u64) -> Answer {
    Answer::Conflict {
        stream: stream(),
        actual: Version::new(actual),
    }
}

fn repeated(original: u128, position: u64) -> Answer {
    let (original, first, last) = (id(original), Position::new(position), Position::new(position));
    Answer::Repeated { original, first, last }
}

fn read(last: u64) -> Action {
    Action::Read {
        stream: stream(),
        last: Version::new(last),
    }
}

fn exact(number: u64) -> Expected {
    Expected::loaded(Version::new(number))
}

/// One event for each append, in this order.
fn log(appends: &[u128]) -> Vec<Entry> {
    let entries = appends.iter().zip(1..).map(|(append, number)| Entry {
        position: Position::new(number),
        stream: stream(),
        version: Version::new(number).expect("from 1"),
        append: id(*append),
    });
    entries.collect()
}

fn is_sound(operations: &[Operation], appends: &[u128]) {
    assert_eq!(check(operations, &log(appends)), Ok(()));
}

fn is_stale(operations: &[Operation], appends: &[u128]) {
    let found = check(operations, &log(appends));
    assert!(matches!(found, Err(Violation::Stale(_))), "{found:?}");
}

fn is_unexplained(operations: &[Operation], appends: &[u128]) {
    let found = check(operations, &log(appends));
    assert!(matches!(found, Err(Violation::Unexplained(_))), "{found:?}");
}

fn is_no_log(operations: &[Operation], log: &[Entry]) {
    let found = check(operations, log);
    assert!(matches!(found, Err(Violation::Log(_))), "{found:?}");
}

/// Rule 3.5: overlapping operations may take effect in any order between call and answer.
#[test]
fn sound_histories_pass() {
    is_sound(&[], &[]);
    // The second was called while the first was under way, and stands before it.
    let racing = [
        at(0, 5, append(1, Expected::Any, committed(2))),
        at(1, 4, append(2, Expected::NoStream, committed(1))),
        at(2, 3, read(1)),
        at(6, 7, read(2)),
        at(8, 9, append(3, exact(1), conflict(2))),
        at(10, 11, append(4, exact(2), Answer::Refused)),
        at(12, 13, Action::Head { head: Position::new(2) }),
    ];
    is_sound(&racing, &[2, 1]);
    // A conflict with a state between its call and its answer, which is already over.
    let passing = [
        at(0, 9, append(1, exact(2), conflict(1))),
        at(1, 2, append(2, Expected::Any, committed(1))),
        at(3, 4, append(3, Expected::Any, committed(2))),
    ];
    is_sound(&passing, &[2, 3]);
    // Unknown, once stored and once not, and one that was never answered.
    let mut unknown = vec![
        at(0, 1, append(1, Expected::Any, Answer::Unknown)),
        at(2, 3, append(2, Expected::Any, Answer::Unknown)),
    ];
    unknown.push(Operation {
        called: 4,
        answered: None,
        action: append(3, Expected::Any, Answer::Unknown),
    });
    is_sound(&unknown, &[2, 3]);
}

/// Rule 3.5: an append that was answered before another began has the smaller position.
#[test]
fn later_append_with_smaller_position() {
    let operations = [
        at(0, 1, append(1, Expected::Any, committed(2))),
        at(2, 3, append(2, Expected::Any, committed(1))),
    ];
    is_stale(&operations, &[2, 1]);
}

/// Rule 1.7: a read that starts after an answer sees it; and no read goes back behind another.
#[test]
fn reads_of_the_past() {
    let written = at(0, 1, append(1, Expected::Any, committed(1)));
    is_stale(&[written.clone(), at(2, 3, read(0))], &[1]);
    is_stale(
        &[written.clone(), at(2, 3, Action::Head { head: Position::START })],
        &[1],
    );
    let slow = at(0, 9, append(1, Expected::Any, committed(1)));
    is_stale(&[slow.clone(), at(1, 2, read(1)), at(3, 4, read(0))], &[1]);
    is_stale(
        &[slow, at(1, 2, read(1)), at(3, 4, append(2, exact(3), conflict(0)))],
        &[1],
    );
    is_unexplained(&[written, at(2, 3, read(2))], &[1]);
}

/// Rule 1.7: nobody reads what is appended only later.
#[test]
fn reads_of_the_future() {
    is_stale(
        &[at(0, 1, read(1)), at(2, 3, append(1, Expected::Any, committed(1)))],
        &[1],
    );
}

/// Rules 1.4, 1.5, 1.6: answers that the log contradicts.
#[test]
fn answers_against_the_log() {
    is_unexplained(&[at(0, 1, append(1, exact(1), committed(1)))], &[1]);
    is_unexplained(&[at(0, 1, append(1, Expected::Any, committed(1)))], &[]);
    is_unexplained(&[at(0, 1, append(1, Expected::Any, committed(2)))], &[1]);
    is_unexplained(&[at(0, 1, append(1, Expected::Any, Answer::Refused))], &[1]);
    is_unexplained(&[at(0, 1, append(1, exact(1), conflict(0)))], &[1]);
    // Two winners of one version.
    let both = [
        at(0, 3, append(1, Expected::NoStream, committed(1))),
        at(1, 2, append(2, Expected::NoStream, committed(2))),
    ];
    is_unexplained(&both, &[1, 2]);
    // A conflict although the expectation held, and one with a version that never was.
    let written = at(0, 1, append(1, Expected::Any, committed(1)));
    is_unexplained(&[written.clone(), at(2, 3, append(2, exact(1), conflict(1)))], &[1]);
    is_unexplained(&[written, at(2, 3, append(2, exact(1), conflict(7)))], &[1]);
}

/// Rules 2.2, 2.3: a repeat is explained by the append that it repeats, and by nothing else.
#[test]
fn repeats_are_explained_by_their_original() {
    let written = at(0, 1, append(1, Expected::NoStream, committed(1)));
    // The same attempt again, another attempt of the same request, and another batch under the same id.
    is_sound(
        &[
            written.clone(),
            at(2, 3, append(1, Expected::NoStream, repeated(1, 1))),
            at(4, 5, append(2, exact(7), repeated(1, 1))),
            at(6, 7, append(1, Expected::Any, Answer::IdReused)),
        ],
        &[1],
    );
    // One attempt was refused before the other was written.
    is_sound(
        &[
            at(0, 1, append(1, exact(1), conflict(0))),
            at(2, 3, append(2, Expected::Any, committed(1))),
            at(4, 5, append(1, exact(1), committed(2))),
        ],
        &[2, 1],
    );
    is_unexplained(
        &[written.clone(), at(2, 3, append(2, exact(1), repeated(1, 1)))],
        &[1, 2],
    );
    is_unexplained(&[written.clone(), at(2, 3, append(2, exact(1), repeated(1, 2)))], &[1]);
    is_unexplained(&[written.clone(), at(2, 3, append(2, exact(1), repeated(3, 1)))], &[1]);
    is_unexplained(
        &[written.clone(), at(2, 3, append(1, Expected::Any, committed(1)))],
        &[1],
    );
    is_unexplained(&[at(0, 1, append(1, Expected::Any, Answer::IdReused))], &[]);
    let mut longer = append(2, Expected::Any, repeated(1, 1));
    if let Action::Append { parts, .. } = &mut longer {
        parts[0].2 = 2;
    }
    is_unexplained(&[written.clone(), at(2, 3, longer)], &[1]);
    // Whoever was answered a repeat has seen the original.
    is_stale(
        &[
            at(0, 9, append(1, Expected::Any, committed(1))),
            at(1, 2, append(2, Expected::Any, repeated(1, 1))),
            at(3, 4, read(0)),
        ],
        &[1],
    );
}

/// Rules 1.2, 1.3, 3.1: the log has to be one.
#[test]
fn logs_that_are_none() {
    let written = [
        at(0, 9, append(1, Expected::Any, Answer::Unknown)),
        at(1, 8, append(2, Expected::Any, Answer::Unknown)),
    ];
    is_no_log(&written, &log(&[3]));
    is_no_log(&written, &log(&[1, 2, 1]));
    is_no_log(&written, &log(&[1, 1]));
    let mut hole = log(&[1, 2]);
    hole[1].version = Version::new(3).expect("from 1");
    is_no_log(&written, &hole);
    let mut twice = log(&[1, 2]);
    twice[1].position = Position::new(1);
    is_no_log(&written, &twice);
}

/// Rule 1.3: nobody sees a part of an append.
#[test]
fn half_an_append_is_seen() {
    let both = Action::Append {
        append: id(1),
        parts: vec![(stream(), Expected::Any, 2)],
        answer: Answer::Unknown,
    };
    is_sound(&[at(0, 3, both.clone()), at(1, 2, read(2))], &[1, 1]);
    is_unexplained(&[at(0, 3, both), at(1, 2, read(1))], &[1, 1]);
}

/// Long histories are checked in little time: 40 000 operations, each of which the first has to be compared with.
#[test]
fn long_histories_are_quick() {
    let count = 20_000_u64;
    let mut operations = vec![at(0, 4 * count + 2, append(0, exact(u64::MAX), conflict(count)))];
    for number in 1..=count {
        operations.push(at(
            4 * number - 3,
            4 * number - 2,
            append(number.into(), exact(number - 1), committed(number)),
        ));
        operations.push(at(4 * number - 1, 4 * number, read(number)));
    }
    is_sound(&operations, &(1..=u128::from(count)).collect::<Vec<_>>());
}

//! The files of consumers on a disk that fails: what is there is what was kept before a verb or after it, or it is named as damaged.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use uuid::Uuid;

use super::folder::Folder;
use super::home::Home;
use super::names::{Named, named};
use crate::clock::Timestamp;
use crate::schema::Fingerprint;
use crate::store::checkpoint::{
    Change, Checkpoint, CheckpointError, ConsumerName, DeadLetter, LetterRead, Live, PartId, Saved, Waiver,
};
use crate::store::file::disk::Disk;
use crate::store::file::tests::sim::{SimDisk, Trouble};
use crate::store::{EventRef, PageBuilder, PageSize, StoreId};
use crate::stream::{AppendId, Position, StreamId, Version};

const LONG: Duration = Duration::from_secs(3600);

/// A folder on a disk in memory.
#[derive(Debug)]
struct OnDisk {
    disk: SimDisk,
    gate: Mutex<bool>,
}

impl Home<SimDisk> for OnDisk {
    fn disk(&self) -> &SimDisk {
        &self.disk
    }

    fn folder(&self) -> io::Result<String> {
        self.disk.open_dir(&String::new(), "consumers")
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_769_590_800_000_000)
    }

    fn gate(&self) -> &Mutex<bool> {
        &self.gate
    }
}

fn open(disk: &SimDisk) -> Folder<SimDisk> {
    Folder::new(Arc::new(OnDisk {
        disk: disk.clone(),
        gate: Mutex::new(true),
    }))
}

fn name(name: &str) -> ConsumerName {
    ConsumerName::new(name).expect("a name")
}

fn view() -> ConsumerName {
    name("view")
}

fn second() -> ConsumerName {
    name("view@2")
}

/// What a page of the log lends of the event at a position.
fn with_event<T>(position: u64, then: impl FnOnce(&EventRef<'_>) -> T) -> T {
    let stream = StreamId::new("case", "main").expect("a name");
    let payload = format!("{{\"position\":{position}}}");
    then(&EventRef {
        stream: &stream,
        version: Version::new(position).expect("not 0"),
        position: Position::new(position),
        recorded_at: Timestamp::from_micros(7),
        append: AppendId::new(Uuid::from_u128(u128::from(position))),
        index: 0,
        count: 1,
        name: "case.happened",
        schema: 2,
        floor: 1,
        shared_metadata: b"{\"by\":1}",
        metadata: b"",
        payload: payload.as_bytes(),
    })
}

fn at(consumer: &ConsumerName, position: u64) -> Saved {
    let mut checkpoint = Checkpoint::start(consumer.clone(), StoreId::new(Uuid::from_u128(7), 9));
    let mut page = PageBuilder::new(PageSize::DEFAULT);
    with_event(position, |event| assert!(page.push(event)));
    checkpoint
        .advance(&page.finish(Position::new(position), true))
        .expect("forward");
    Saved {
        checkpoint,
        identity: Fingerprint(42),
        state: format!("at {position}").into_bytes(),
    }
}

fn letter(position: u64, key: &str) -> DeadLetter {
    with_event(position, |event| DeadLetter::new(event, 0, key, "it could not be read"))
}

fn part(position: u64) -> PartId {
    PartId::new(Position::new(position), 0)
}

/// All that a consumer can learn of itself.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    consumers: Vec<ConsumerName>,
    saved: Vec<Option<Saved>>,
    letters: Vec<Vec<DeadLetter>>,
    waivers: Vec<Vec<Waiver>>,
    live: Live,
}

fn look(folder: &mut Folder<SimDisk>) -> Result<Seen, CheckpointError> {
    let both = [view(), second()];
    Ok(Seen {
        consumers: folder.consumers()?,
        saved: both.iter().map(|name| folder.load(name)).collect::<Result<_, _>>()?,
        letters: both
            .iter()
            .map(|name| folder.letters(name, &LetterRead::default()))
            .collect::<Result<_, _>>()?,
        waivers: both.iter().map(|name| folder.waivers(name)).collect::<Result<_, _>>()?,
        live: folder.live(&view())?,
    })
}

type Step = fn(&mut Folder<SimDisk>) -> Result<(), CheckpointError>;

/// Saves with a lease of its own, which is given up: a crash gives up leases too.
fn save(folder: &mut Folder<SimDisk>, consumer: &ConsumerName, change: Change) -> Result<(), CheckpointError> {
    let lease = folder.claim(consumer, LONG)?;
    let saved = folder.save(&lease, change);
    folder.release(&lease);
    saved
}

/// A life of a consumer, each step of which changes what is seen.
const STEPS: &[Step] = &[
    |folder| save(folder, &view(), Change::new().park([letter(1, "a"), letter(2, "b")])),
    |folder| save(folder, &view(), Change::to(None, at(&view(), 3)).park([letter(3, "a")])),
    |folder| {
        let to = Change::to(Some(Position::new(3)), at(&view(), 5));
        save(
            folder,
            &view(),
            to.park([letter(4, "b"), letter(5, "a")]).redrive([part(1), part(3)]),
        )
    },
    |folder| save(folder, &view(), Change::new().redrive([part(2)]).park([letter(1, "a")])),
    |folder| {
        save(
            folder,
            &view(),
            Change::to(Some(Position::new(5)), at(&view(), 9)).redrive([part(4)]),
        )
    },
    |folder| folder.waive(&view(), part(6), "it is known", "ada").map(drop),
    |folder| folder.waive(&view(), part(7), "it is known", "ada").map(drop),
    |folder| {
        save(
            folder,
            &second(),
            Change::to(None, at(&second(), 9)).park([letter(8, "c")]),
        )
    },
    |folder| {
        let lease = folder.claim(&second(), LONG)?;
        let switched = folder.switch(&lease, &view(), &view());
        folder.release(&lease);
        switched
    },
    |folder| folder.switch_back(&view(), &second()),
    |folder| {
        let lease = folder.claim(&view(), LONG)?;
        let reset = folder.reset(&lease, at(&view(), 2));
        folder.release(&lease);
        reset
    },
    |folder| {
        save(
            folder,
            &view(),
            Change::to(Some(Position::new(2)), at(&view(), 9)).park([letter(5, "a")]),
        )
    },
    |folder| folder.remove(&second()),
    |folder| folder.remove(&view()),
];

/// What is seen before the first step, and after each.
fn expected() -> Vec<Seen> {
    let disk = SimDisk::default();
    let mut folder = open(&disk);
    let mut seen = vec![look(&mut folder).expect("an empty folder")];
    for (step, number) in STEPS.iter().zip(0..) {
        step(&mut folder).unwrap_or_else(|error| panic!("step {number}: {error:?}"));
        let now = look(&mut folder).expect("a healthy folder");
        assert_ne!(Some(&now), seen.last(), "step {number} changes nothing");
        assert_eq!(
            look(&mut open(&disk)).expect("the same folder"),
            now,
            "step {number}, opened again"
        );
        seen.push(now);
    }
    assert_eq!(
        disk.names(),
        ["consumers/fences"],
        "what is left of consumers that were removed"
    );
    seen
}

/// Power fails in every operation of every verb, and what was not synced is there or not: the folder is as it was
/// before the verb or as it is after it.
#[test]
fn power_fails_in_every_operation() {
    let expected = expected();
    for operation in 0.. {
        let disk = SimDisk::default();
        disk.trouble(operation, Trouble::PowerCut);
        let mut folder = open(&disk);
        let done = STEPS.iter().take_while(|step| step(&mut folder).is_ok()).count();
        for seed in 0..12_u64 {
            let left = disk.after_power_cut(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let mut folder = open(&left);
            let seen =
                look(&mut folder).unwrap_or_else(|error| panic!("operation {operation}, seed {seed}: {error:?}"));
            let is_after = expected.get(done + 1) == Some(&seen);
            assert!(
                expected[done] == seen || is_after,
                "operation {operation}, seed {seed}, step {done}: {seen:?}"
            );
            // And it goes on from there.
            for step in STEPS.get(done + usize::from(is_after)..).unwrap_or_default() {
                step(&mut folder).unwrap_or_else(|error| panic!("operation {operation}, seed {seed}: {error:?}"));
            }
            assert_eq!(look(&mut folder).ok().as_ref(), expected.last());
        }
        if done == STEPS.len() {
            assert!(operation > 100, "only {operation} operations");
            return;
        }
    }
}

/// Every operation fails once, and the process goes on: the verb says so, nothing is lost, and it can be done again.
#[test]
fn every_operation_fails_once() {
    let expected = expected();
    // What is to be looked at may be what fails, once.
    let again = |folder: &mut Folder<SimDisk>| look(folder).or_else(|_| look(folder)).expect("a healthy disk");
    for operation in 0.. {
        let disk = SimDisk::default();
        disk.trouble(operation, Trouble::Once(io::ErrorKind::StorageFull));
        let (mut folder, mut failures) = (open(&disk), 0);
        for (step, number) in STEPS.iter().zip(0..) {
            if let Err(error) = step(&mut folder) {
                assert!(matches!(error, CheckpointError::Store(_)), "{error:?}");
                failures += 1;
                if expected[number] == again(&mut folder) {
                    step(&mut folder).unwrap_or_else(|error| panic!("operation {operation}, again: {error:?}"));
                }
            }
            assert_eq!(
                again(&mut folder),
                expected[number + 1],
                "operation {operation}, step {number}"
            );
        }
        // Files that count no more are removed when they can be: that may fail without a word.
        assert!(failures <= 1, "{failures}");
        if disk.operations() <= operation {
            return;
        }
    }
}

/// A folder with every kind of file.
fn full() -> (SimDisk, Seen) {
    let disk = SimDisk::default();
    let mut folder = open(&disk);
    for step in &STEPS[..9] {
        step(&mut folder).expect("a healthy disk");
    }
    let seen = look(&mut folder).expect("a healthy folder");
    (disk, seen)
}

/// Rule 7.6: every file is cut at every byte, and a bit of every byte is flipped: it is told, with the file and what to do, and no consumer begins
/// anew; only a state that is damaged alone leaves the checkpoint.
#[test]
fn damage_is_told() {
    let (disk, sound) = full();
    let kinds: Vec<_> = disk
        .names()
        .iter()
        .filter_map(|name| Some(named(name.rsplit('/').next()?)?.1))
        .collect();
    assert!(
        kinds.contains(&Named::Waivers) && kinds.contains(&Named::Live),
        "{kinds:?}"
    );
    // One file of each kind.
    let mut seen = std::collections::BTreeSet::new();
    let one = |file: &String| seen.insert(file.rsplit('.').next().unwrap_or_default().to_owned());
    let of_consumers = disk.names().into_iter().filter(|file| file != "consumers/fences");
    for file in of_consumers.filter(one) {
        let whole = disk.bytes(&file);
        let check = |bytes: Vec<u8>, what: &str| {
            let disk = disk.image();
            disk.put(&file, bytes);
            let mut folder = open(&disk);
            let error = look(&mut folder).expect_err(what);
            let text = format!("{error:?} {error}");
            assert!(text.contains(file.trim_start_matches("consumers/")), "{what}: {text}");
            for (consumer, before) in [view(), second()].iter().zip(&sound.saved) {
                match folder.load(consumer) {
                    Ok(found) => assert_eq!(&found, before, "{file}, {what}"),
                    Err(CheckpointError::Damaged { consumer: of, .. }) => assert_eq!(of, *consumer),
                    Err(CheckpointError::DamagedState { checkpoint, .. }) => {
                        assert_eq!(before.as_ref().map(|saved| &saved.checkpoint), Some(&*checkpoint));
                        let lease = folder.claim(consumer, LONG).expect("the checkpoint is sound");
                        folder.reset(&lease, at(consumer, 1)).expect("a reset");
                        assert_eq!(folder.load(consumer).ok(), Some(Some(at(consumer, 1))));
                    }
                    Err(error) => panic!("{file}, {what}: {error:?}"),
                }
            }
        };
        for bit in 0..whole.len() * 8 {
            // Behind the header one bit of each byte will do.
            if bit / 8 < 64 || bit % 8 == (bit / 8) % 8 {
                let mut bent = whole.clone();
                bent[bit / 8] ^= 1 << (bit % 8);
                check(bent, &format!("bit {bit}"));
            }
        }
        for cut in 0..whole.len() {
            check(whole[..cut].to_vec(), &format!("cut at {cut}"));
        }
        check([&*whole, b"x"].concat(), "longer");
    }
}

/// A file of letters that is not there is damage too, and what is damaged can be removed by name.
#[test]
fn a_missing_file_is_told_and_removed_by_name() {
    let (disk, sound) = full();
    let is_letters = |name: &&String| name.contains(".letters-") && name.contains("view-");
    let missing = disk
        .names()
        .iter()
        .find(is_letters)
        .cloned()
        .expect("a file of letters");
    disk.remove(&missing);
    let mut folder = open(&disk);
    let Err(CheckpointError::Damaged { consumer, place, .. }) = folder.load(&view()) else {
        panic!("it is taken for sound");
    };
    assert_eq!((consumer, format!("consumers/{place}")), (view(), missing));
    assert!(matches!(
        folder.claim(&view(), LONG),
        Err(CheckpointError::Damaged { .. })
    ));
    assert_eq!(
        folder.load(&second()).ok().as_ref(),
        sound.saved.last(),
        "another one is as it was"
    );
    folder.remove(&view()).expect("removed by name");
    assert_eq!(folder.load(&view()).ok(), Some(None));
    assert_eq!(folder.consumers().ok(), Some(vec![second()]));
}

/// A newer format is told apart from damage, and a file under another consumer's name is not taken for its own.
#[test]
fn foreign_files_are_told() {
    let (disk, _) = full();
    let of = |name: &ConsumerName| format!("consumers/{}", Named::Checkpoint.of(name));
    let mut newer = disk.bytes(&of(&view()));
    newer[4] = 2;
    let later = disk.image();
    later.put(&of(&view()), newer);
    let error = open(&later).load(&view()).expect_err("a newer format").to_string();
    assert!(error.contains("a newer recount wrote it, in format 2"), "{error}");

    disk.put(&of(&second()), disk.bytes(&of(&view())));
    let error = open(&disk).load(&second()).expect_err("another's").to_string();
    assert!(error.contains("it is another consumer's"), "{error}");
}

/// An owner may have written its fence elsewhere, and nothing here: the next opening's is greater all the same.
#[test]
fn a_later_opening_has_greater_fences() {
    let disk = SimDisk::default();
    let mut last = 0;
    for _ in 0..5 {
        let mut folder = open(&disk);
        let fences = [(); 3].map(|()| {
            let lease = folder.claim(&view(), LONG).expect("free");
            folder.release(&lease);
            lease.fence()
        });
        assert!(
            fences.is_sorted_by(|a, b| a < b) && fences[0] > last,
            "{fences:?} after {last}"
        );
        last = fences[2];
    }
}

/// Without knowing which fences were given, none is given; what is kept is still read.
#[test]
fn damaged_fences_are_told() {
    let (disk, sound) = full();
    let whole = disk.bytes("consumers/fences");
    for byte in 0..whole.len() {
        let mut bent = whole.clone();
        bent[byte] ^= 1;
        for bytes in [bent, whole[..byte].to_vec()] {
            let disk = disk.image();
            disk.put("consumers/fences", bytes);
            let mut folder = open(&disk);
            assert_eq!(look(&mut folder).expect("nothing of a consumer is damaged"), sound);
            let error = folder.claim(&view(), LONG).expect_err("no fence is known");
            assert!(format!("{error:?}").contains("fences"), "{error:?}");
        }
    }
}

/// Files of consumers lie on disks for years: a change of these bytes is a change of the format.
#[test]
fn the_bytes_of_a_checkpoint_stay() {
    let disk = SimDisk::default();
    let mut folder = open(&disk);
    let lease = folder.claim(&view(), LONG).expect("free");
    let mut saved = at(&view(), 3);
    saved.state = b"state".to_vec();
    folder.save(&lease, Change::to(None, saved)).expect("saved");
    let bytes = disk.bytes(&format!("consumers/{}", Named::Checkpoint.of(&view())));
    let (header, rest) = bytes.split_at(64);
    let hex: String = header[..32].iter().map(|byte| format!("{byte:02x}")).collect();
    let text = String::from_utf8_lossy(rest);
    assert_eq!(hex.get(..40), Some("52434e5301000100000000000000000000000000"), "{hex}");
    assert_eq!(
        text,
        "{\"checkpoint\":{\"consumer\":\"view\",\"store\":{\"store\":\"00000000-0000-0000-0000-000000000007\",\"epoch\":9},\
         \"position\":3,\"event\":{\"position\":3,\"id\":\"00000000-0000-0000-0000-000000000003-0\"}},\
         \"identity\":\"0000000000000000000000000000002a\",\"next\":1,\"files\":[],\"gone\":[]}state"
    );
}

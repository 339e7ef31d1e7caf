//! What stands beside a checkpoint: the state that was made up to it, and the events that were set aside.

use std::time::Duration;

use crate::store::conformance::bed::{Bed, Stop, Verdict, equal};
use crate::store::conformance::cases::checkpoints::{LONG, kept, name, saved, walked};
use crate::store::conformance::kit::Seen;
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, Change, CheckpointStore, DeadLetter, EventStore, LetterRead, LogRead, ParkedKey, PartId};
use crate::stream::Position;

/// The letters that park the whole log under two keys, in turn; the second event has two parts.
async fn letters(store: &AnyStore) -> Result<Vec<DeadLetter>, Stop> {
    let page = store.read_log(LogRead::after(Position::START)).await?;
    let mut letters = Vec::new();
    for (event, number) in page.iter().zip(0..) {
        let key = if number % 2 == 0 { "even" } else { "odd" };
        for part in 0..=u32::from(number == 1) {
            letters.push(DeadLetter::new(&event, part, key, format!("it has number {number}")));
        }
    }
    Ok(letters)
}

/// The letters of the event at a position.
fn of(letters: &[DeadLetter], position: Position) -> Vec<DeadLetter> {
    let of = letters.iter().filter(|letter| letter.part.position == position);
    of.cloned().collect()
}

/// Power fails at every step: what is there afterwards is the checkpoint, the state and the letters of one save, not before
/// the last that was answered and not beyond the one that was under way.
pub(in super::super) async fn checkpoint_and_view_commit_together(bed: Bed) -> Verdict {
    for steps in 0..200 {
        let bed = bed.fresh();
        let store = bed.open().await?;
        let (consumers, consumer) = (store.checkpoints(), name("view"));
        let at = walked(&store, &consumer, 5).await?;
        let letters = letters(&store).await?;
        // A lease may outlive its owner, so it ends at once.
        let lease = consumers.claim(&consumer, Duration::ZERO).await?;
        // Each save parks the event that it passes, and takes back the one before it.
        let of = |place: usize| of(&letters, at[place].position());
        let change = |to: usize| {
            let previous = (to > 1).then(|| at[to - 1].position());
            let redriven = of(to - 1).into_iter().map(|letter| letter.part);
            Change::to(previous, saved(&at[to], "a view"))
                .park(of(to))
                .redrive(redriven)
        };
        consumers.save(&lease, change(1)).await?;
        bed.stage(Hook::Reopen)?;
        bed.stage(Hook::CrashAfter(steps))?;
        let (mut answered, mut crashed) = (1, false);
        for to in 2..=5 {
            match consumers.save(&lease, change(to)).await {
                Ok(()) => answered = to,
                Err(_) => {
                    crashed = true;
                    break;
                }
            }
        }
        if !crashed {
            // Whatever steps are left are of no save.
            bed.stage(Hook::Crash)?;
        }
        drop((store, consumers));
        let store = bed.open().await?;
        let consumers = store.checkpoints();
        let found = consumers.load(&consumer).await?;
        let reached = found
            .as_ref()
            .and_then(|found| at.iter().position(|checkpoint| *checkpoint == found.checkpoint));
        let Some(reached) = reached.filter(|reached| (answered..=answered + 1).contains(reached)) else {
            let why = format!("after a crash at step {steps}, behind save {answered}, there is {found:?}");
            return Err(Stop::Failed(why));
        };
        equal("a view after a crash", &found, &Some(saved(&at[reached], "a view")))?;
        let there = consumers.letters(&consumer, LetterRead::default()).await?;
        // Letters may be kept before the checkpoint passes them, and never after.
        let passed = there
            .iter()
            .filter(|letter| letter.part.position <= at[reached].position());
        equal("the letters after a crash", &passed.cloned().collect(), &of(reached))?;
        let lease = consumers.claim(&consumer, LONG).await?;
        for to in reached + 1..=5 {
            consumers.save(&lease, change(to)).await?;
        }
        kept(&consumers, &consumer, Some(&saved(&at[5], "a view"))).await?;
        let there = consumers.letters(&consumer, LetterRead::default()).await?;
        equal("the letters at the end", &there, &of(5))?;
        if !crashed {
            return Ok(());
        }
    }
    Err(Stop::Failed(
        "five saves were expected to take fewer than 200 steps".to_owned(),
    ))
}

/// What is parked comes back byte for byte, once for each part, in order, by key, until it is taken back; a reset drops what will be
/// delivered again; and the first waiver of an event stays.
pub(in super::super) async fn dead_letters_keep_their_order(bed: Bed) -> Verdict {
    let mut store = bed.open().await?;
    let consumer = name("view");
    let at = walked(&store, &consumer, 6).await?;
    let letters = letters(&store).await?;
    let mut consumers = store.checkpoints();
    let mut lease = consumers.claim(&consumer, LONG).await?;
    let all = || LetterRead::default();
    consumers
        .save(&lease, Change::new().park(letters[3..].to_vec()))
        .await?;
    let mut again = letters[3].clone();
    again.reason = "another reason".to_owned();
    consumers
        .save(&lease, Change::new().park([again]).park(letters[..4].to_vec()))
        .await?;
    equal("the letters", &consumers.letters(&consumer, all()).await?, &letters)?;
    for (letter, event) in letters.iter().zip(&consumers.letters(&consumer, all()).await?) {
        let (found, given) = (Seen::from(event.event.borrowed()), Seen::from(letter.event.borrowed()));
        equal("the event of a letter", &found, &given)?;
    }
    if bed.try_stage(Hook::Reopen) {
        consumers.release(&lease).await?;
        store.close().await;
        drop((store, consumers));
        store = bed.open().await?;
        consumers = store.checkpoints();
        equal(
            "the letters after opening again",
            &consumers.letters(&consumer, all()).await?,
            &letters,
        )?;
        lease = consumers.claim(&consumer, LONG).await?;
    }
    let even: Vec<_> = letters.iter().filter(|letter| letter.key == "even").cloned().collect();
    let odd: Vec<_> = letters.iter().filter(|letter| letter.key == "odd").cloned().collect();
    for (key, of_key) in [("even", &even), ("odd", &odd)] {
        equal(
            "the letters of a key",
            &consumers.letters(&consumer, LetterRead::of(key)).await?,
            of_key,
        )?;
        let read = LetterRead::of(key).after(of_key[0].part).limit(1);
        equal(
            "one letter of a key",
            &consumers.letters(&consumer, read).await?,
            &vec![of_key[1].clone()],
        )?;
    }
    equal(
        "the letters of no key",
        &consumers.letters(&consumer, LetterRead::of("eve")).await?,
        &Vec::new(),
    )?;
    equal(
        "the letters of another consumer",
        &consumers.letters(&name("vie"), all()).await?,
        &Vec::new(),
    )?;
    let parked = |key: &str, of: &[DeadLetter]| ParkedKey::new(key.to_owned(), of.len() as u64, of[0].part);
    let expected = vec![parked("even", &even), parked("odd", &odd)];
    equal("the keys", &consumers.parked(&consumer).await?, &expected)?;

    // The first of a key is handled after all, together with the state that has it now.
    consumers
        .save(
            &lease,
            Change::to(None, saved(&at[6], "redriven")).redrive([even[0].part]),
        )
        .await?;
    let expected = vec![parked("odd", &odd), parked("even", &even[1..])];
    equal(
        "the keys after a letter was taken back",
        &consumers.parked(&consumer).await?,
        &expected,
    )?;
    consumers
        .save(&lease, Change::new().redrive(odd.iter().map(|letter| letter.part)))
        .await?;
    equal(
        "the keys after one was emptied",
        &consumers.parked(&consumer).await?,
        &vec![parked("even", &even[1..])],
    )?;
    consumers.save(&lease, Change::new().park([odd[0].clone()])).await?;
    equal(
        "a letter that is parked again",
        &consumers.letters(&consumer, LetterRead::of("odd")).await?,
        &odd[..1].to_vec(),
    )?;
    kept(&consumers, &consumer, Some(&saved(&at[6], "redriven"))).await?;

    let (part, other) = (PartId::new(at[5].position(), 0), PartId::new(at[2].position(), 1));
    let first = consumers.waive(&consumer, part, "it is known", "ada").await?;
    let second = consumers.waive(&consumer, other, "it is known too", "ada").await?;
    let repeated = consumers.waive(&consumer, part, "another reason", "bob").await?;
    equal("a second waiver of one event", &repeated, &first)?;
    equal(
        "the reason of a waiver",
        &(&*first.reason, &*first.actor),
        &("it is known", "ada"),
    )?;

    consumers.reset(&lease, saved(&at[3], "again")).await?;
    let behind = even[1..].iter().chain(&odd[..1]);
    let behind = behind.filter(|letter| letter.part.position <= at[3].position());
    let mut behind: Vec<_> = behind.cloned().collect();
    behind.sort_by_key(|letter| letter.part);
    equal(
        "the letters after a reset",
        &consumers.letters(&consumer, all()).await?,
        &behind,
    )?;
    consumers
        .save(
            &lease,
            Change::to(Some(at[3].position()), saved(&at[6], "again")).park(even[1..].to_vec()),
        )
        .await?;
    equal(
        "the letters that were parked anew",
        &consumers.letters(&consumer, LetterRead::of("even")).await?,
        &even[1..].to_vec(),
    )?;
    let waivers = vec![second, first];
    equal(
        "the waivers after a reset",
        &consumers.waivers(&consumer).await?,
        &waivers,
    )?;
    if bed.try_stage(Hook::Reopen) {
        let before = consumers.letters(&consumer, all()).await?;
        consumers.release(&lease).await?;
        store.close().await;
        drop((store, consumers));
        store = bed.open().await?;
        consumers = store.checkpoints();
        equal(
            "the letters after opening once more",
            &consumers.letters(&consumer, all()).await?,
            &before,
        )?;
        equal(
            "the waivers after opening again",
            &consumers.waivers(&consumer).await?,
            &waivers,
        )?;
    } else {
        consumers.release(&lease).await?;
    }
    consumers.remove(&consumer).await?;
    equal(
        "the letters of a consumer that was removed",
        &consumers.letters(&consumer, all()).await?,
        &Vec::new(),
    )?;
    equal(
        "the waivers of a consumer that was removed",
        &consumers.waivers(&consumer).await?,
        &Vec::new(),
    )?;
    kept(&consumers, &consumer, None).await
}

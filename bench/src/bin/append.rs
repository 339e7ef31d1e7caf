//! What a durable append costs against the disk alone: one write and one sync, in blocks that were filled before.
//!
//! The floor is timed right before and right after each slice of the store; a row is the median ratio of its slices, with the least and the
//! greatest. A figure above 1 is group commit: so many appends share a sync.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use recount::store::{Batch, EventStore, Expected, NewEvent};
use recount::{AppendId, FileStore, StreamId, Version};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How long each slice and each floor is timed.
const SLICE: Duration = Duration::from_millis(400);
const FLOOR: Duration = Duration::from_millis(150);
const SLICES: usize = 7;
/// The blocks that the floor writes to, again and again.
const FILLED: u64 = 16 << 20;
/// A frame of one event of this payload, and one of many.
const ALONE: usize = 280;
const TOGETHER: usize = 4096;
const PAYLOAD: &str =
    r#"{"account":"acc-000000101","amount":125000,"currency":"EUR","note":"rent of the month","teller":7}"#;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    let directory = Path::new("target/bench-append");
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    std::fs::create_dir_all(directory)?;
    let disk = filled(&directory.join("floor"))?;
    println!(
        "{:<28}{:>12}{:>12}{:>10}{:>18}",
        "callers", "appends/s", "syncs/s", "x floor", "least..greatest"
    );
    for callers in [1, 16, 64, 256, 1024] {
        let store = FileStore::open(directory.join(format!("store-{callers}"))).await?;
        let bytes = if callers == 1 { ALONE } else { TOGETHER };
        let mut slices = Vec::new();
        for slice in 0..SLICES {
            let before = floor(&disk, bytes)?;
            let rate = appends(&store, callers, slice).await?;
            let floor = f64::midpoint(before, floor(&disk, bytes)?);
            slices.push((rate / floor, rate, floor));
        }
        store.close().await;
        slices.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (ratio, rate, floor) = slices[SLICES / 2];
        let spread = format!("{:.2}..{:.2}", slices[0].0, slices[SLICES - 1].0);
        println!("{callers:<28}{rate:>12.0}{floor:>12.0}{ratio:>10.2}{spread:>18}");
    }
    std::fs::remove_dir_all(directory)?;
    Ok(())
}

/// A file whose blocks hold zeros, on the disk.
fn filled(path: &Path) -> Fallible<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let zeros = vec![0; 64 << 10];
    for at in (0..FILLED).step_by(zeros.len()) {
        file.write_all_at(&zeros, at)?;
    }
    file.sync_all()?;
    Ok(file)
}

/// Writes and syncs per second, at growing offsets.
fn floor(disk: &File, bytes: usize) -> Fallible<f64> {
    let (block, began, mut count) = (vec![7; bytes], Instant::now(), 0_u32);
    while began.elapsed() < FLOOR {
        let at = u64::from(count) * bytes as u64 % (FILLED - bytes as u64);
        disk.write_all_at(&block, at)?;
        disk.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// Appends per second of this many tasks, each to a stream of its own and each with the version that it expects.
async fn appends(store: &FileStore, callers: u32, slice: usize) -> Fallible<f64> {
    let (began, mut tasks) = (Instant::now(), JoinSet::new());
    for caller in 0..callers {
        let store = store.clone();
        tasks.spawn(async move {
            let stream = StreamId::new("account", &format!("{slice}-{caller}"))?;
            let (mut head, mut count) = (None, 0_u32);
            while began.elapsed() < SLICE {
                let event = NewEvent::new("account.deposited", 1, 1, PAYLOAD);
                let batch = Batch::new(AppendId::new(Uuid::new_v4()));
                let batch = batch.part(stream.clone(), Expected::loaded(head), vec![event]);
                let committed = store.append(batch).await?;
                head = committed.parts.last().map(|part| part.last);
                count += 1;
            }
            debug_assert_eq!(Version::count(head), u64::from(count));
            Fallible::Ok(count)
        });
    }
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        count += done??;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

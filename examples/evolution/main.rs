//! Five releases of one domain over one store.
//!
//! `cargo run --example evolution` copies the store that the first release wrote (`fixture/`), then lets the four later releases open it one
//! after the other. Each reads everything that is there, shows each stored event beside what it reads as, and adds events of its own.
//!
//! `cargo run --example evolution -- write-fixture DIRECTORY` writes the store of the first release anew.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]
#![allow(
    unreachable_pub,
    missing_docs,
    reason = "the domain is written as it would be in an application"
)]

mod release_1;
mod release_2;
mod release_3;
mod release_4;
mod release_5;

use std::fmt::Debug;
use std::path::Path;

use anyhow::Context;
use recount::store::StreamRead;
use recount::{Aggregate, EventSet, EventStore, FileStore, ManualClock, Runtime, StreamId};

/// A directory is copied, file by file; a store has no other directories than `quarantine`, which the fixture has not.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("{} is missing", from.display()))? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

async fn start<A: Aggregate>(store: FileStore) -> anyhow::Result<Runtime> {
    Ok(Runtime::builder().store(store).aggregate::<A>().start().await?)
}

/// Shows each stored event beside what it reads as.
async fn show<A: Aggregate>(store: &FileStore) -> anyhow::Result<()>
where
    A::Events: Debug,
{
    for id in 1..=3 {
        let page = store
            .read_stream(StreamRead::new(StreamId::new(A::NAME, &id.to_string())?))
            .await?;
        for event in page.iter() {
            let mut reads_as = Vec::new();
            A::Events::decode_into(&event.raw(), &mut |event| reads_as.push(format!("{event:?}")))?;
            let stored = format!(
                "{} {} {}",
                event.name,
                event.schema,
                String::from_utf8_lossy(event.payload)
            );
            println!("  {id}.{:<2} {stored}", event.version);
            if reads_as.is_empty() {
                println!("       reads as nothing");
            }
            for event in reads_as {
                println!("       reads as {event}");
            }
        }
    }
    Ok(())
}

/// Opens the store with a clock that stands still, so that each run shows the same.
async fn open(path: &Path, day: &str) -> anyhow::Result<FileStore> {
    let clock = ManualClock::new(format!("{day}T09:00:00Z").parse()?);
    // The smallest segments there are: a fixture is kept in a repository.
    Ok(FileStore::options()
        .segment_bytes(64 << 10, 64 << 10)
        .clock(clock)
        .open(path)
        .await?)
}

/// One release: open, show, add, close.
macro_rules! release {
    ($release:ident, $day:literal, $path:expr) => {{
        println!("\n{} on {}", stringify!($release), $day);
        let store = open($path, $day).await?;
        show::<$release::Parcel>(&store).await?;
        let post = start::<$release::Parcel>(store).await?;
        $release::week(&post).await?;
        post.shutdown().await;
    }};
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    if let [verb, directory] = arguments.as_slice()
        && verb == "write-fixture"
    {
        return write_fixture(Path::new(directory)).await;
    }
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("evolution/fixture");
    let path = Path::new("target/evolution");
    if path.exists() {
        std::fs::remove_dir_all(path)?;
    }
    copy(&fixture, path)?;
    println!(
        "the first release wrote {}",
        fixture.file_name().unwrap_or_default().display()
    );
    release!(release_2, "2023-03-01", path);
    release!(release_3, "2024-03-01", path);
    release!(release_4, "2025-03-01", path);
    release!(release_5, "2026-03-01", path);
    Ok(())
}

/// Runs the week of the first release on a store of the smallest segments.
async fn write_fixture(path: &Path) -> anyhow::Result<()> {
    let store = open(path, "2022-03-01").await?;
    let post = start::<release_1::Parcel>(store).await?;
    release_1::week(&post).await?;
    post.shutdown().await;
    // The lock names the process and the computer that held it, and is made anew by whoever opens the store.
    std::fs::remove_file(path.join("LOCK"))?;
    Ok(())
}

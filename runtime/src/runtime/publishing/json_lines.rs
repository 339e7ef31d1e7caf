//! Events as lines of JSON, in a file or on the standard output.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::runtime::publishing::{Published, Publisher};

/// Writes each event as one line in the stored JSON form.
///
/// A file is on the disk before the checkpoint passes its lines. A line that a crash has cut is taken off when the file is opened, and its
/// event is written again; whole lines may come twice, and are known by their `id`.
#[derive(Debug)]
pub struct JsonLines(To);

#[derive(Debug)]
enum To {
    File(Arc<Mutex<File>>),
    Stdout,
}

impl JsonLines {
    /// Lines at the end of a file, which is made if it is not there.
    ///
    /// # Errors
    /// Those of the file system.
    #[expect(
        clippy::disallowed_methods,
        reason = "a file for the world outside, which is no part of a store"
    )]
    pub fn to_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let whole = whole_lines(&mut file)?;
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self(To::File(Arc::new(Mutex::new(file)))))
    }

    /// Lines on the standard output.
    #[must_use]
    pub const fn stdout() -> Self {
        Self(To::Stdout)
    }
}

/// How many bytes of a file are whole lines.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let length = usize::try_from(end - start).unwrap_or(block.len());
        file.seek(SeekFrom::Start(start))?;
        let read = &mut block[..length];
        file.read_exact(read)?;
        if let Some(place) = read.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + place as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

impl Publisher for JsonLines {
    type Error = io::Error;

    async fn publish(&self, events: &[Published]) -> io::Result<()> {
        let mut lines = String::new();
        for event in events {
            lines.push_str(&event.to_json());
            lines.push('\n');
        }
        match &self.0 {
            To::Stdout => io::stdout().lock().write_all(lines.as_bytes()),
            To::File(file) => {
                let file = Arc::clone(file);
                let written = tokio::task::spawn_blocking(move || append(&file, lines.as_bytes()));
                written.await.map_err(io::Error::other)?
            }
        }
    }
}

/// Writes all of it or, as far as the disk lets it, nothing: half a line would be read as one with the next.
fn append(file: &Mutex<File>, lines: &[u8]) -> io::Result<()> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    let before = file.seek(SeekFrom::End(0))?;
    let written = file.write_all(lines).and_then(|()| file.sync_data());
    if written.is_err() {
        let _cut = file.set_len(before);
    }
    written
}

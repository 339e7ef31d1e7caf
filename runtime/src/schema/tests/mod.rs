//! Tests of shapes, outlines, lines, fingerprints and the lock.

mod file;
mod fingerprints;
mod lines;
mod mutate;
mod payloads;
mod random;
mod verdicts;

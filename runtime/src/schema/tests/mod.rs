//! Tests of shapes, outlines, lines, fingerprints and the lock.

mod comparison;
mod file;
mod fingerprints;
mod lines;
mod misjudged;
mod mutate;
mod payloads;
mod random;
mod table;
mod verdicts;

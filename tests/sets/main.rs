//! Sets over the years: renamed, dropped, split, retired and unknown events, through every reader, and between two builds of one set.

mod account;
mod names;
mod places;
mod planted;
mod readers;
mod retired;
mod rollout;
mod split;
mod unknown;

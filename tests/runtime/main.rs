//! The runtime as users meet it: executing, loading, looking back, and everything that can go wrong on the way.

mod cancel;
mod doubles;
mod execute;
mod fixture;
mod history;
mod load;
mod meter;
mod unreadable;

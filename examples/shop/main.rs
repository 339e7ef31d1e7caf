//! A shop: orders, stock and payments, and the process between them.

#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

mod fulfilment;
mod levels;
mod order;
mod payment;
mod stock;

fn main() {}

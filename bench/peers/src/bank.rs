//! What every framework is asked to do: the orders of a bank, and what one of them costs to carry.

use std::future::Future;

pub type Fallible<T> = anyhow::Result<T>;

/// The balance of an account after [`Order::Open`].
pub const NOTHING: u64 = 0;

/// What is paid in, and a part of it out again, so that no account that the measures use is ever overdrawn.
pub const PAID_IN: u64 = 125_000;
pub const PAID_OUT: u64 = 50_000;

/// The texts of the events: with the names of the fields and the amounts about 100 bytes of JSON.
pub const OWNER: &str = "Ada King, Countess of Lovelace";
pub const BRANCH: &str = "12 St James's Square";
pub const CURRENCY: &str = "EUR";
pub const NOTE: &str = "rent of the month, as agreed by both";
pub const TELLER: u32 = 7;

/// A command, without its texts: each framework makes its own owned command of it.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Refused where there is an account.
    Open,
    /// Refused where there is none.
    Deposit(u64),
    /// Refused above the balance.
    Withdraw(u64),
    /// So many deposits of [`PAID_IN`] in one command.
    Fill(u32),
}

/// What became of an order that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Its events are written.
    Done,
    /// By a rule of the bank; nothing is written.
    Refused,
}

/// A bank on one framework and one store. Each task has its own clone, and all clones have the same accounts.
pub trait Bank: Clone + Send + Sync + 'static {
    /// Loads the account, decides, and writes what was decided.
    fn order(&mut self, id: &str, order: Order) -> impl Future<Output = Fallible<Answer>> + Send;

    /// Loads the account by reading and folding its events; no state that was kept from before may answer. `None` where there is none.
    fn balance(&self, id: &str) -> impl Future<Output = Fallible<Option<u64>>> + Send;
}

/// Asks a bank to keep the rules, so that a framework that does less than the others is found before it is timed.
pub async fn examine(bank: &mut impl Bank, id: &str) -> Fallible<()> {
    use Answer::{Done, Refused};
    anyhow::ensure!(
        bank.balance(id).await?.is_none(),
        "there is an account before it was opened"
    );
    let steps = [
        (Order::Deposit(1), Refused, None),
        (Order::Open, Done, Some(NOTHING)),
        (Order::Open, Refused, Some(NOTHING)),
        (Order::Deposit(100), Done, Some(100)),
        (Order::Withdraw(101), Refused, Some(100)),
        (Order::Withdraw(60), Done, Some(40)),
        (Order::Fill(3), Done, Some(40 + 3 * PAID_IN)),
    ];
    for (order, expected, balance) in steps {
        let (answer, after) = (bank.order(id, order).await?, bank.balance(id).await?);
        anyhow::ensure!(
            answer == expected && after == balance,
            "{order:?} was {answer:?} and left {after:?}, and should be {expected:?} and leave {balance:?}"
        );
    }
    Ok(())
}

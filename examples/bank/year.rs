//! A year of a real bank: all its accounts, its loans and its standing orders, as fast as a durable store takes them.
//!
//! The tables hold no incomes. So each quarter an account receives 95 % of what its orders of the quarter come to, and what the balance
//! does not cover is rejected.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use recount::{ExecuteError, Runtime};
use tokio::task::JoinSet;

use crate::account::{Account, AccountError, Deposit, Open, Withdraw};
use crate::loan::{Grant, Repay};
use crate::money::Cents;
use crate::start;
use crate::tables::{self, AccountRow, LoanRow, OrderRow, Purpose};

/// The first argument of the fresh process that prints what the store holds.
pub const BALANCES: &str = "--balances-of";
/// So many accounts are served at once.
const IN_FLIGHT: usize = 64;

/// What was done so far.
#[derive(Default)]
struct Done {
    opened: u64,
    granted: u64,
    paid_in: u64,
    paid_out: u64,
    repaid: u64,
    rejected: u64,
    /// What each account must hold, counted beside the store.
    ledger: BTreeMap<String, Cents>,
}

impl Done {
    const fn commands(&self) -> u64 {
        self.opened + self.granted + self.paid_in + self.paid_out + self.repaid + self.rejected
    }
}

/// Runs the year from these tables on a new store in this directory.
pub async fn run(tables: &Path, store: &Path) -> anyhow::Result<()> {
    if store.exists() {
        println!("{} is from an earlier year and is begun anew", store.display());
        std::fs::remove_dir_all(store).with_context(|| format!("could not remove {}", store.display()))?;
    }
    let bank = start(store).await?;
    let mut done = Done::default();
    let began = Instant::now();
    let ran = year(&bank, tables, &mut done).await;
    let took = began.elapsed().as_secs_f64();
    bank.shutdown().await;

    println!("{:>8} accounts opened", done.opened);
    println!("{:>8} loans granted", done.granted);
    println!("{:>8} incomes and loans paid in", done.paid_in);
    println!("{:>8} orders paid, {} of them on a loan", done.paid_out, done.repaid);
    println!("{:>8} orders rejected: the balance did not cover them", done.rejected);
    println!("{:>8} commands in {took:.1} s", done.commands());
    ran.context("the year ended early, and the above is what it had done")?;
    println!(
        "{:>8.0} commands per second, {IN_FLIGHT} in flight, each on disk before it was answered",
        done.commands() as f64 / took
    );
    check(tables, store, &done)
}

async fn year(bank: &Runtime, tables: &Path, done: &mut Done) -> anyhow::Result<()> {
    let accounts = tables::accounts(tables)?;
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{msg:<14} {wide_bar} {pos}/{len} {per_sec}",
    )?);
    open(bank, accounts, done, &bar).await?;
    let loans = tables::loans(tables)?;
    let loan_of = loans
        .iter()
        .map(|loan| (loan.account.clone(), loan.loan))
        .collect::<BTreeMap<_, _>>();
    grant(bank, loans, done, &bar).await?;
    let mut orders = BTreeMap::<String, Vec<OrderRow>>::new();
    for order in tables::orders(tables)? {
        orders.entry(order.account.clone()).or_default().push(order);
    }
    for month in 1..=12 {
        if month % 3 == 1 {
            receive(bank, &orders, done, &bar).await?;
        }
        bar.set_message(format!("month {month}"));
        pay(bank, &orders, &loan_of, done, &bar).await?;
    }
    bar.finish_and_clear();
    Ok(())
}

async fn open(bank: &Runtime, rows: Vec<AccountRow>, done: &mut Done, bar: &ProgressBar) -> anyhow::Result<()> {
    bar.set_message("accounts");
    let opened = rows.into_iter().map(|AccountRow { account, owner }| {
        let bank = bank.clone();
        async move {
            bank.execute(&account, Open { owner }).await?;
            Ok(account)
        }
    });
    each(opened, bar, |account| {
        done.opened += 1;
        done.ledger.insert(account, Cents(0));
    })
    .await
}

async fn grant(bank: &Runtime, rows: Vec<LoanRow>, done: &mut Done, bar: &ProgressBar) -> anyhow::Result<()> {
    bar.set_message("loans");
    let granted = rows.into_iter().map(|LoanRow { loan, account, amount }| {
        let bank = bank.clone();
        async move {
            let granted = bank
                .execute(
                    loan,
                    Grant {
                        account: account.clone(),
                        amount,
                    },
                )
                .await?;
            let paid = bank.execute(&account, Deposit { amount });
            // The deposit answers the grant, and the log says so.
            paid.causation(granted.append.event(0)).await?;
            Ok((account, amount))
        }
    });
    each(granted, bar, |(account, amount)| {
        done.granted += 1;
        done.paid_in += 1;
        *done.ledger.entry(account).or_default() += amount;
    })
    .await
}

type Orders = BTreeMap<String, Vec<OrderRow>>;

async fn receive(bank: &Runtime, orders: &Orders, done: &mut Done, bar: &ProgressBar) -> anyhow::Result<()> {
    bar.set_message("incomes");
    let received = orders.iter().map(|(account, orders)| {
        let month: Cents = orders.iter().map(|order| order.amount).sum();
        let (bank, account, amount) = (bank.clone(), account.clone(), Cents(month.0 * 3 * 95 / 100));
        async move {
            bank.execute(&account, Deposit { amount }).await?;
            Ok((account, amount))
        }
    });
    each(received, bar, |(account, amount)| {
        done.paid_in += 1;
        *done.ledger.entry(account).or_default() += amount;
    })
    .await
}

/// What paying the orders of one account came to.
struct Paid {
    account: String,
    amount: Cents,
    orders: u64,
    rejected: u64,
    repaid: u64,
}

async fn pay(
    bank: &Runtime,
    orders: &Orders,
    loan_of: &BTreeMap<String, u64>,
    done: &mut Done,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let paid = orders.iter().map(|(account, orders)| {
        let (bank, account, loan) = (bank.clone(), account.clone(), loan_of.get(account).copied());
        let orders = orders
            .iter()
            .map(|order| (order.amount, order.purpose))
            .collect::<Vec<_>>();
        pay_one(bank, account, loan, orders)
    });
    each(paid, bar, |paid| {
        done.paid_out += paid.orders;
        done.rejected += paid.rejected;
        done.repaid += paid.repaid;
        if let Some(balance) = done.ledger.get_mut(&paid.account) {
            *balance -= paid.amount;
        }
    })
    .await
}

/// Pays the orders of one account, one after the other.
async fn pay_one(
    bank: Runtime,
    account: String,
    loan: Option<u64>,
    orders: Vec<(Cents, Purpose)>,
) -> anyhow::Result<Paid> {
    let mut paid = Paid {
        account,
        amount: Cents(0),
        orders: 0,
        rejected: 0,
        repaid: 0,
    };
    for (amount, purpose) in orders {
        let withdraw = Withdraw {
            amount,
            purpose: format!("{purpose:?}").to_lowercase(),
        };
        let receipt = match bank.execute(&paid.account, withdraw).await {
            Ok(receipt) => receipt,
            Err(ExecuteError::Rejected(AccountError::InsufficientFunds { .. })) => {
                paid.rejected += 1;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        paid.orders += 1;
        paid.amount += amount;
        if let (Purpose::Loan, Some(loan)) = (purpose, loan) {
            match bank
                .execute(loan, Repay { amount })
                .causation(receipt.append.event(0))
                .await
            {
                Ok(_) => paid.repaid += 1,
                Err(ExecuteError::Rejected(_)) => {} // the loan is over, and the order goes on
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(paid)
}

/// Runs the futures, [`IN_FLIGHT`] at once, and gives each output to `done`.
async fn each<T: Send + 'static>(
    work: impl ExactSizeIterator<Item = impl Future<Output = anyhow::Result<T>> + Send + 'static>,
    bar: &ProgressBar,
    mut done: impl FnMut(T),
) -> anyhow::Result<()> {
    bar.reset();
    bar.set_length(work.len() as u64);
    let (mut work, mut running) = (work, JoinSet::new());
    loop {
        while running.len() < IN_FLIGHT
            && let Some(next) = work.next()
        {
            running.spawn(next);
        }
        let Some(finished) = running.join_next().await else {
            return Ok(());
        };
        done(finished??);
        bar.inc(1);
    }
}

/// Has a fresh process fold every account from the disk, and compares it with the ledger that was kept beside the store.
fn check(tables: &Path, store: &Path, done: &Done) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let fresh = Command::new(program).arg(BALANCES).args([tables, store]).output()?;
    anyhow::ensure!(
        fresh.status.success(),
        "the fresh process failed: {}",
        String::from_utf8_lossy(&fresh.stderr)
    );
    let mut folded = BTreeMap::new();
    for line in String::from_utf8(fresh.stdout)?.lines() {
        let (account, balance) = line.split_once('\t').context("a line of the fresh process")?;
        folded.insert(account.to_owned(), balance.parse::<Cents>()?);
    }
    anyhow::ensure!(
        folded == done.ledger,
        "the fresh process folded other balances than the ledger of the run"
    );
    let total: Cents = folded.values().copied().sum();
    println!(
        "a fresh process folds the same {} balances, {total} in all",
        folded.len()
    );
    Ok(())
}

/// The fresh process: prints the balance of each account of the tables, as the store has it.
pub async fn print_balances(tables: &Path, store: &Path) -> anyhow::Result<()> {
    let bank = start(store).await?;
    for row in tables::accounts(tables)? {
        let account = bank
            .load::<Account>(&row.account)
            .await?
            .context("an account of the tables")?;
        println!("{}\t{}", row.account, account.balance);
    }
    bank.shutdown().await;
    Ok(())
}

//! A short day at the bank, and what can be asked of it afterwards.

use std::fmt::Display;
use std::path::Path;

use recount::{At, ExecuteError, Loaded, Receipt};

use crate::account::{Account, AccountEvent, Close, Deposit, Open, Withdraw};
use crate::money::Cents;
use crate::start;

/// Runs the day on the store of this directory.
pub async fn run(store: &Path) -> anyhow::Result<()> {
    println!("the store is {}", store.display());
    let bank = start(store).await?;

    println!("\nthe day");
    let rent = || "rent".to_owned();
    told(
        "ada opens acc-101",
        &bank.execute("acc-101", Open { owner: "Ada".into() }).await,
    );
    told(
        "bob opens acc-102",
        &bank.execute("acc-102", Open { owner: "Bob".into() }).await,
    );
    told(
        "ada pays in 1000.00",
        &bank.execute("acc-101", Deposit { amount: Cents(100_000) }).await,
    );
    told(
        "ada pays out 250.00",
        &bank
            .execute(
                "acc-101",
                Withdraw {
                    amount: Cents(25_000),
                    purpose: rent(),
                },
            )
            .await,
    );
    told(
        "bob pays out 250.00",
        &bank
            .execute(
                "acc-102",
                Withdraw {
                    amount: Cents(25_000),
                    purpose: rent(),
                },
            )
            .await,
    );
    told(
        "eve pays in 5.00",
        &bank.execute("acc-666", Deposit { amount: Cents(500) }).await,
    );
    told(
        "bob closes acc-102",
        &bank.execute("acc-102", Close {}).actor("teller-9").await,
    );
    told(
        "bob pays in 1.00",
        &bank.execute("acc-102", Deposit { amount: Cents(100) }).await,
    );

    println!("\nthe balances");
    for id in ["acc-101", "acc-102"] {
        if let Some(account) = bank.load::<Account>(id).await? {
            println!(
                "  {id}  {:>10}  {}, at version {}",
                account.balance,
                account.owner,
                Loaded::version(&account)
            );
        }
    }

    println!("\nwhat happened to acc-101");
    let mut history = bank.history::<Account>("acc-101");
    let mut first_deposit = None;
    while let Some(event) = history.next().await {
        let event = event?;
        println!("  {:>3}  {}  {:?}", event.version(), event.recorded_at(), event.event());
        if let (AccountEvent::Deposited(_), None) = (event.event(), first_deposit) {
            first_deposit = Some(event.recorded_at());
        }
    }

    println!("\nacc-101 as it was");
    let was = |when: &str, account: Option<Loaded<Account>>| {
        if let Some(account) = account {
            println!(
                "  {when:<42} {:>10}, at version {}",
                account.balance,
                Loaded::version(&account)
            );
        }
    };
    was("at version 2", bank.load_at("acc-101", At::Version(2)).await?);
    if let Some(time) = first_deposit {
        was(&format!("at {time}"), bank.load_at("acc-101", At::Time(time)).await?);
    }
    bank.shutdown().await;
    println!("\nrun it again: the bank goes on from here");
    Ok(())
}

fn told<R: Display>(asked: &str, answer: &Result<Receipt<AccountEvent>, ExecuteError<R>>) {
    match answer {
        Ok(receipt) => match receipt.version {
            Some(version) if !receipt.events.is_empty() => println!("  {asked:<22} accepted, version {version}"),
            _ => println!("  {asked:<22} accepted, nothing to do"),
        },
        Err(error) => println!("  {asked:<22} refused: {error}"),
    }
}

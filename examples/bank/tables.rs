//! The tables of the real bank: tab separated, without a header.
//!
//! | file | columns |
//! |---|---|
//! | `account.tsv` | account, district, opened on, how often a statement is sent |
//! | `disp.tsv` | disposition, client, account, kind (O owner, D may dispose) |
//! | `loan.tsv` | loan, account, granted on, amount, months, monthly payment, status |
//! | `order.tsv` | order, account, bank to, account to, amount per month, purpose |
//!
//! They are those of the PKDD'99 Discovery Challenge (Petr Berka, Marta Sochorova), where each row is a row of a real Czech bank.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use serde::de::DeserializeOwned;

use crate::money::Cents;

/// One account and who owns it.
pub struct AccountRow {
    pub account: String,
    pub owner: String,
}

/// One loan.
pub struct LoanRow {
    pub loan: u64,
    pub account: String,
    pub amount: Cents,
}

/// What an account pays every month.
pub struct OrderRow {
    pub account: String,
    pub amount: Cents,
    pub purpose: Purpose,
}

/// What an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Household,
    Loan,
    Insurance,
    Leasing,
    Other,
}

/// The accounts with their owners, in the order of the table.
pub fn accounts(tables: &Path) -> anyhow::Result<Vec<AccountRow>> {
    let mut owners = HashMap::new();
    rows(
        tables,
        "disp.tsv",
        |(_, client, account, kind): (u64, u64, u64, String)| {
            match kind.as_str() {
                "O" => _ = owners.insert(account, client),
                "D" => {}
                other => anyhow::bail!("the kind of a disposition is O or D, not `{other}`"),
            }
            Ok(())
        },
    )?;
    rows(
        tables,
        "account.tsv",
        |(account, _, _, _): (u64, u64, String, String)| {
            let owner = owners
                .get(&account)
                .with_context(|| format!("account {account} has no owner in disp.tsv"))?;
            Ok(AccountRow {
                account: account_id(account),
                owner: format!("client {owner}"),
            })
        },
    )
}

/// The loans.
pub fn loans(tables: &Path) -> anyhow::Result<Vec<LoanRow>> {
    type Row = (u64, u64, String, String, u32, String, String);
    rows(tables, "loan.tsv", |(loan, account, _, amount, _, _, _): Row| {
        Ok(LoanRow {
            loan,
            account: account_id(account),
            amount: amount.parse()?,
        })
    })
}

/// The standing orders.
pub fn orders(tables: &Path) -> anyhow::Result<Vec<OrderRow>> {
    type Row = (u64, u64, String, String, String, String);
    rows(tables, "order.tsv", |(_, account, _, _, amount, purpose): Row| {
        let purpose = match purpose.trim() {
            "HH" => Purpose::Household,
            "LO" => Purpose::Loan,
            "IN" => Purpose::Insurance,
            "LE" => Purpose::Leasing,
            "" => Purpose::Other,
            other => anyhow::bail!("the purpose of an order is HH, LO, IN, LE or blank, not `{other}`"),
        };
        Ok(OrderRow {
            account: account_id(account),
            amount: amount.parse()?,
            purpose,
        })
    })
}

fn account_id(number: u64) -> String {
    format!("acc-{number}")
}

/// Reads a whole table, or says which row of which file is wrong.
fn rows<R: DeserializeOwned, T>(
    tables: &Path,
    file: &str,
    mut row: impl FnMut(R) -> anyhow::Result<T>,
) -> anyhow::Result<Vec<T>> {
    let path = tables.join(file);
    let reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .has_headers(false)
        .quoting(false)
        .from_path(&path);
    let mut reader = reader.with_context(|| format!("could not open {}", path.display()))?;
    let mut out = Vec::new();
    for record in reader.records() {
        let place = |line: Option<u64>| format!("{} line {}", path.display(), line.unwrap_or_default());
        let record = record.map_err(|error| {
            let line = error.position().map(csv::Position::line);
            anyhow::Error::from(error).context(place(line))
        })?;
        let line = record.position().map(csv::Position::line);
        let read = record.deserialize(None).map_err(anyhow::Error::from).and_then(&mut row);
        out.push(read.with_context(|| place(line))?);
    }
    Ok(out)
}

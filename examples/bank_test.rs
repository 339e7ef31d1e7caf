//! The bank as its users run it: two days in a row, a year from tables, and a year from tables with a broken row.

mod run;

use std::path::Path;
use std::process::Output;

use run::stdout;

fn bank(directory: &Path, arguments: &[&str]) -> Output {
    run::example("bank", directory, arguments)
}

#[test]
fn two_days_in_a_row() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = stdout(&bank(directory.path(), &[]));
    for line in [
        "ada opens acc-101      accepted, version 1",
        "ada pays out 250.00    accepted, version 3",
        "bob pays out 250.00    refused: the balance is 0.00, 250.00 was asked for",
        "eve pays in 5.00       refused: `account/acc-666` does not exist",
        "bob pays in 1.00       refused: the account is closed",
        "acc-101      750.00  Ada, at version 3",
        "at version 2                                  1000.00, at version 2",
    ] {
        assert!(first.contains(line), "{line:?} is missing in\n{first}");
    }
    let second = stdout(&bank(directory.path(), &[]));
    for line in [
        "ada opens acc-101      refused: `account/acc-101` exists already",
        "bob closes acc-102     accepted, nothing to do",
        "acc-101     1500.00  Ada, at version 5",
    ] {
        assert!(second.contains(line), "{line:?} is missing in\n{second}");
    }
}

/// Three accounts, one of which has a loan, and three orders.
const TABLES: [(&str, &str); 4] = [
    (
        "account.tsv",
        "1\t18\t2015-03-24\tM\n2\t1\t2013-02-26\tM\n3\t5\t2017-07-07\tW\n",
    ),
    ("disp.tsv", "1\t1\t1\tO\n2\t2\t2\tO\n3\t3\t2\tD\n4\t4\t3\tO\n"),
    ("loan.tsv", "4959\t2\t2014-01-05\t500.00\t24\t100.00\tA\n"),
    (
        "order.tsv",
        "1\t1\tYZ\t87144583\t245.20\tHH\n2\t2\tST\t89597016\t100.00\tLO\n3\t2\tQR\t13943797\t726.60\t  \n",
    ),
];

fn tables(directory: &Path, broken: &str, row: &str) {
    for (name, rows) in TABLES {
        let rows = if name == broken {
            format!("{rows}{row}\n")
        } else {
            rows.to_owned()
        };
        std::fs::write(directory.join(name), rows).expect("a table is written");
    }
}

#[test]
fn a_year_from_tables() {
    let directory = tempfile::tempdir().expect("a directory");
    tables(directory.path(), "", "");
    for _ in 0..2 {
        let text = stdout(&bank(directory.path(), &[".", "store"]));
        assert!(text.contains("       3 accounts opened"), "{text}");
        assert!(text.contains("       1 loans granted"), "{text}");
        // Account 1 lives on 95 % of what it owes: the third payment is not covered, and what stays then lasts for the year. The loan
        // helps account 2 through its own, and the sixth repayment finds it over.
        assert!(text.contains("       1 orders rejected"), "{text}");
        assert!(text.contains("35 orders paid, 5 of them on a loan"), "{text}");
        assert!(
            text.contains("a fresh process folds the same 3 balances, 102.12 in all"),
            "{text}"
        );
    }
}

#[test]
fn a_broken_row_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    for (file, row, message) in [
        (
            "order.tsv",
            "4\t1\tYZ\t1\t12,50\tHH",
            "order.tsv line 4: `12,50` is no amount",
        ),
        (
            "order.tsv",
            "4\t1\tYZ\t1\t12.50\tXX",
            "order.tsv line 4: the purpose of an order is HH, LO, IN, LE or blank, not `XX`",
        ),
        ("order.tsv", "4\tone\tYZ\t1\t12.50\tHH", "order.tsv line 4"),
        ("order.tsv", "4\t1", "order.tsv line 4"),
        (
            "loan.tsv",
            "7\t1\t2014-01-05\t-1.00\t1\t1.00\tA",
            "loan.tsv line 2: `-1.00` is no amount",
        ),
        (
            "account.tsv",
            "4\t5\t2017-07-07\tW",
            "account.tsv line 4: account 4 has no owner in disp.tsv",
        ),
    ] {
        tables(directory.path(), file, row);
        let output = bank(directory.path(), &[".", "store"]);
        assert!(!output.status.success());
        let (told, error) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(error.contains(message), "{message:?} is missing in\n{error}");
        assert!(error.contains("the above is what it had done"), "{error}");
        let opened = if file == "account.tsv" { 0 } else { 3 };
        assert!(told.contains(&format!("{opened:>8} accounts opened")), "{told}");
    }
}

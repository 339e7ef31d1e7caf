//! The bank's domain under the laws of recount.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "the domain is that of the example, which uses more of it"
)]

#[path = "bank/account.rs"]
mod account;
#[path = "bank/loan.rs"]
mod loan;
#[path = "bank/money.rs"]
mod money;

mod account_laws {
    use recount::testing::laws::proptest::prelude::*;

    use crate::account::{Account, AccountCommand, Close, Deposit, Open, Withdraw};
    use crate::money::Cents;

    fn commands() -> impl Strategy<Value = AccountCommand> {
        let amount = || any::<u64>().prop_map(Cents);
        prop_oneof![
            ".{0,8}".prop_map(|owner| AccountCommand::Open(Open { owner })),
            amount().prop_map(|amount| AccountCommand::Deposit(Deposit { amount })),
            (amount(), ".{0,8}").prop_map(|(amount, purpose)| AccountCommand::Withdraw(Withdraw { amount, purpose })),
            Just(AccountCommand::Close(Close {})),
        ]
    }

    recount::laws!(Account, commands = commands());
}

mod loan_laws {
    use recount::testing::laws::proptest::prelude::*;

    use crate::loan::{Grant, Loan, LoanCommand, Repay};
    use crate::money::Cents;

    fn commands() -> impl Strategy<Value = LoanCommand> {
        let amount = || (0..1_000_u64).prop_map(Cents);
        let grant = |amount| {
            let account = "acc-101".to_owned();
            LoanCommand::Grant(Grant { account, amount })
        };
        prop_oneof![
            amount().prop_map(grant),
            amount().prop_map(|amount| LoanCommand::Repay(Repay { amount })),
        ]
    }

    recount::laws!(Loan, commands = commands());
}

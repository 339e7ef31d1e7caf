//! The examples of what reads: projections, policies, processes.

use super::Example;

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "projection",
        about: "A projection: what it reads, and its view in memory, whose shape says when it has to be built anew.",
        input: r#"
            #[derive(Projection)]
            #[projection(name = "balances", reads(Account, Loan), rev = 2, mode = inline, on_error = park(max = 100))]
            pub struct Balances {
                by_account: BTreeMap<String, u64>,
            }
        "#,
    },
    Example {
        name: "projection_in_a_database",
        about: "With `view = OrdersDb` the view lives elsewhere.",
        input: r#"
            #[derive(Projection)]
            #[projection(name = "orders", reads(Order), view = OrdersDb)]
            pub struct Orders;
        "#,
    },
    Example {
        name: "on",
        about: "`#[on]` with `&mut self`: one impl for each event, and the list of them. That the events are read is a constant.",
        input: r#"
            #[recount::handlers]
            impl Balances {
                #[on]
                fn deposited(&mut self, event: &Deposited, meta: &Meta) {
                    self.add(meta.id(), event.amount);
                }

                #[on(key = event.account)]
                fn granted(&mut self, event: &Granted) {
                    self.add(&event.account, event.amount);
                }
            }
        "#,
    },
    Example {
        name: "on_in_a_database",
        about: "Over a database a handler has a transaction, and may fail.",
        input: r#"
            #[recount::handlers]
            impl Orders {
                #[on]
                fn placed(&self, tx: &mut OrdersTx<'_>, event: &Placed, meta: &Meta) -> Result<(), DbError> {
                    tx.insert(meta.id(), event.total)
                }
            }
        "#,
    },
    Example {
        name: "queries",
        about: "`queries = BalanceQuery`: an enum of all queries, and one of their answers.",
        input: r#"
            #[recount::handlers(queries = BalanceQuery)]
            impl Balances {
                #[query]
                pub fn balance(&self, account: &str) -> Option<u64> {
                    self.by_account.get(account).copied()
                }

                #[query]
                pub fn count(&self) -> usize {
                    self.by_account.len()
                }
            }
        "#,
    },
    Example {
        name: "policy",
        about: "A policy.",
        input: r#"
            #[derive(Policy)]
            #[policy(name = "fees", reads(Account), start = now, hops = 8)]
            pub struct Fees;
        "#,
    },
    Example {
        name: "react",
        about: "`#[on]` with `&self`: what it returns is its type, and says what can be sent.",
        input: r#"
            #[recount::handlers]
            impl Fees {
                #[on]
                fn withdrawn(&self, event: &Withdrawn, meta: &Meta) -> Option<OrPark<Charge>> {
                    (event.amount > 10_000).then(|| Charge { fee: 5 }.to(meta.id()).or_park())
                }
            }
        "#,
    },
    Example {
        name: "process",
        about: "A process.",
        input: r#"
            #[derive(Process)]
            #[process(name = "payout", id = PayoutId, reads(Loan), start = beginning, max_parked = 10)]
            pub struct Payout {
                loan: u64,
            }
        "#,
    },
    Example {
        name: "instances",
        about: "The block of a process: its state, its reactions, and the instance that an event belongs to.",
        input: r#"
            #[recount::handlers]
            impl Payout {
                #[apply]
                fn started(event: &Granted) -> Self {
                    Self { loan: event.loan }
                }

                #[on(start, key = PayoutId(event.loan))]
                fn granted(&self, event: &Granted, _: &Meta) -> (To<Deposit>, After<Late>) {
                    (Deposit { amount: event.amount }.to(&event.account), After(MINUTE, Late {}))
                }

                #[on]
                fn not_paid(&self, _: &Failed<Deposit>, _: &Meta) -> OrPark<Cancel> {
                    Cancel {}.to(self.loan).or_park()
                }

                #[on]
                fn late(&self, _: &Due<Late>) -> End {
                    End
                }
            }
        "#,
    },
    Example {
        name: "timer",
        about: "A timer.",
        input: r#"
            #[derive(Timer)]
            #[timer(name = "late")]
            pub struct Late {}
        "#,
    },
    Example {
        name: "mistaken_on",
        about: "After a mistake in a block that reads: the message, and what stands in for its lists.",
        input: r#"
            #[recount::handlers]
            impl Balances {
                #[on]
                async fn deposited(&mut self, event: &Deposited, meta: &Meta) {
                    self.add(meta.id(), event.amount);
                }
            }
        "#,
    },
];

//! The uses of the macros whose expansions are snapshots and stand in `docs/generated.md`.

mod history;
mod reads;

/// One use of a macro: the file's name, the heading and the words in the docs, and the program.
pub(crate) struct Example {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) input: &'static str,
}

/// All of them, in the order of the docs.
pub(crate) fn all() -> impl Iterator<Item = &'static Example> {
    EXAMPLES.iter().chain(history::EXAMPLES).chain(reads::EXAMPLES)
}

const EXAMPLES: &[Example] = &[
    Example {
        name: "events",
        about: "`#[recount::events]` writes the structs and the enum: what one would write with `#[derive(Event)]` on each. \
                A field is as visible as the enum, and what has no doc comment gets one.",
        input: r#"
            #[recount::events(prefix = "account")]
            /// What can happen to an account.
            #[derive(Clone, Debug, PartialEq)]
            pub enum AccountEvent {
                /// The account exists from now on.
                Opened { owner: String },
                #[event(name = "account.shut")]
                Closed,
            }
        "#,
    },
    Example {
        name: "event",
        about: "`#[derive(Event)]` on a struct: its name and version, how it is read, and how it is written.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "account.opened", version = 1)]
            pub struct Opened {
                pub owner: String,
            }
        "#,
    },
    Example {
        name: "event_unit",
        about: "A struct without fields is `null` to serde. As an event it is stored as `{}`, so that it can gain fields.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "account.closed")]
            pub struct Closed;
        "#,
    },
    Example {
        name: "event_set",
        about: "`#[derive(Event)]` on an enum: the set reads and writes its events, folds into every aggregate that applies all of \
                them, and is what a command may return, as each of its events is.",
        input: r#"
            #[derive(Event)]
            pub enum AccountEvent {
                Opened(Opened),
                Closed(Closed),
            }
        "#,
    },
    Example {
        name: "event_set_with_a_past",
        about: "The same over the years: an alias is one more pattern of its event, a dropped event is passed over unread, an old event \
                is split into several, a retired one is folded and not written, and what is unknown is kept. Each name is one line \
                of the check that no two are the same.",
        input: r#"
            #[derive(Event)]
            #[event(alias("account.shut" => Closed))]
            #[event(dropped("account.blinked"), split(DetailsChanged))]
            pub enum AccountEvent {
                Closed(Closed),
                #[event(frozen)]
                LimitRaised(LimitRaised),
                #[event(unknown)]
                Other(UnknownEvent),
            }
        "#,
    },
    Example {
        name: "aggregate",
        about: "`#[derive(Aggregate)]`.",
        input: r#"
            #[derive(Aggregate)]
            #[aggregate(name = "account", id = String, events = AccountEvent)]
            pub struct Account {
                balance: u64,
            }
        "#,
    },
    Example {
        name: "aggregate_snapshots",
        about: "An aggregate with snapshots.",
        input: r#"
            #[derive(Serialize, Deserialize, Schema, Aggregate)]
            #[aggregate(name = "account", id = String, events = AccountEvent, snapshot(every = 100), rev = 2)]
            pub struct Account {
                balance: u64,
            }
        "#,
    },
    Example {
        name: "stream_key",
        about: "`#[derive(StreamKey)]`: the text of the one field.",
        input: r#"
            #[derive(Clone, StreamKey)]
            pub struct LoanId(pub u64);
        "#,
    },
    Example {
        name: "command",
        about: "A command that creates: it has no receiver, so the stream must not exist.",
        input: r#"
            #[recount::handlers]
            impl Account {
                /// Opens an account.
                #[command]
                pub fn open(owner: String, cx: &Context) -> Opened {
                    Opened { owner, at: cx.now() }
                }
            }
        "#,
    },
    Example {
        name: "command_on_state",
        about: "A command on a state that must exist, and one on a state that may.",
        input: r#"
            #[recount::handlers(derive(Clone, Debug))]
            impl Account {
                #[command]
                pub fn withdraw(&self, amount: u64) -> Result<Withdrawn, AccountError> {
                    self.at_least(amount)?;
                    Ok(Withdrawn { amount })
                }

                #[command]
                fn ensure(account: Option<&Self>, owner: String) -> Option<Opened> {
                    account.is_none().then_some(Opened { owner })
                }
            }
        "#,
    },
    Example {
        name: "command_own_struct",
        about: "A command whose struct is your own.",
        input: r#"
            #[recount::handlers]
            impl Account {
                #[command(Withdraw)]
                pub fn withdraw(&self, command: Withdraw) -> Withdrawn {
                    Withdrawn { amount: command.amount }
                }
            }
        "#,
    },
    Example {
        name: "apply",
        about: "The three forms of `#[apply]`: creating the state, changing it, replacing it.",
        input: r#"
            #[recount::handlers]
            impl Account {
                #[apply]
                fn opened(_: &Opened) -> Self {
                    Self::Open { balance: 0 }
                }

                #[apply]
                fn deposited(&mut self, event: &Deposited) {
                    *self.balance_mut() += event.amount;
                }

                #[apply]
                fn closed(self, _: &Closed) -> Self {
                    Self::Closed
                }
            }
        "#,
    },
    Example {
        name: "commands",
        about: "`commands = AccountCommand`: an enum of all commands, itself a command, and the enum of their rejections. \
                `{\"withdraw\": {\"amount\": 5}}` is one of it. A variant of a command that rejects nothing holds `Infallible`. The \
                rejections are `Debug`, `Display` and `Error` where those of the commands are.",
        input: r#"
            #[recount::handlers(commands = AccountCommand)]
            impl Account {
                #[command]
                pub fn open(owner: String) -> Opened {
                    Opened { owner }
                }

                #[command]
                pub fn withdraw(&self, amount: u64) -> Result<Withdrawn, AccountError> {
                    self.at_least(amount)?;
                    Ok(Withdrawn { amount })
                }
            }
        "#,
    },
    Example {
        name: "commands_with_one_rejection",
        about: "`rejection = AccountError` beside it: the commands reject with one type, and so does the enum.",
        input: r#"
            #[recount::handlers(commands = AccountCommand, rejection = AccountError)]
            impl Account {
                #[command]
                pub fn withdraw(&self, amount: u64) -> Result<Withdrawn, AccountError> {
                    self.at_least(amount)?;
                    Ok(Withdrawn { amount })
                }
            }
        "#,
    },
    Example {
        name: "renamed",
        about: "`crate = path`, where the crate is known under another name.",
        input: r#"
            #[derive(Event)]
            #[event(name = "account.closed", crate = crate::vendor::recount)]
            pub struct Closed;
        "#,
    },
    Example {
        name: "mistaken",
        about: "After a mistake: the message, and a stub that keeps the rest of the crate quiet.",
        input: r#"
            #[derive(Event)]
            #[event(nmae = "account.closed")]
            pub struct Closed;
        "#,
    },
    Example {
        name: "mistaken_handlers",
        about: "The same in a block of handlers: the methods stay, and what they would have given is there without a body.",
        input: r#"
            #[recount::handlers]
            impl Account {
                #[command]
                pub async fn open(owner: &str) -> Opened {
                    Opened { owner: owner.into() }
                }

                #[apply]
                fn opened(event: Opened) -> Self {
                    Self { owner: event.owner }
                }
            }
        "#,
    },
];

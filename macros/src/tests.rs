//! What each macro writes, as snapshots and as `docs/generated.md`; and that no message is without a ui case.
//!
//! `INSTA_UPDATE=always cargo test -p recount-macros` writes both anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};

use crate::flow;

/// One use of a macro: the file's name, the heading and the words in the docs, and the program.
struct Example {
    name: &'static str,
    about: &'static str,
    input: &'static str,
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
        name: "event_history",
        about: "An event with a history: the struct of each older version, one step between two, and the chain that walks them. The \
                stored number alone chooses the struct; the current version is one comparison away.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "account.deposited", version = 3, removed(3, channel_code: u32))]
            pub struct Deposited {
                pub amount: i64,
                #[event(since = 2, default = "EUR")]
                pub currency: String,
                #[event(renamed(3, from = "memo"))]
                #[serde(default)]
                pub note: Option<String>,
            }
        "#,
    },
    Example {
        name: "event_steps",
        about: "A step that writes all of a version, a type that changed, and fields that are computed from the older event or are a \
                constant.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "customer.moved", version = 3, step(1 = split_name), removed(2, name: String), old_derives(Debug))]
            pub struct CustomerMoved {
                #[event(since = 2)]
                pub first: String,
                #[event(retyped(3, from = AddressV1))]
                pub address: Address,
                #[event(since = 3, with = street_len)]
                pub street_len: u32,
                #[event(since = 3, default = 1)]
                pub times: u32,
            }
        "#,
    },
    Example {
        name: "event_kept",
        about: "A struct that was kept: it is asked whether it is the version just before, and how it becomes the next.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "account.withdrawn", version = 3, from = WithdrawnV1)]
            pub struct Withdrawn {
                pub amount: i64,
                #[event(since = 3)]
                pub note: Option<String>,
            }
        "#,
    },
    Example {
        name: "event_frozen",
        about: "A kept struct, or an event that was retired: it is read and never written.",
        input: r#"
            #[derive(Deserialize, Event)]
            #[event(name = "account.withdrawn", version = 1, frozen)]
            pub struct WithdrawnV1 {
                amount: i64,
            }
        "#,
    },
    Example {
        name: "event_raw",
        about: "Payloads that no Rust type describes are JSON to a function, up to a version.",
        input: r#"
            #[derive(Serialize, Deserialize, Event)]
            #[event(name = "meter.read", version = 2, raw(..=1 = repair))]
            pub struct MeterRead {
                pub wh: u64,
            }
        "#,
    },
    Example {
        name: "event_write",
        about: "While a release is rolled out the older version is written: the steps down are there too, and what is written is read \
                back at once.",
        input: r#"
            #[derive(Clone, Serialize, Deserialize, Event)]
            #[event(name = "account.deposited", version = 2, write = 1, removed(2, channel_code: u32, default = 0))]
            pub struct Deposited {
                #[event(renamed(2, from = "cents"))]
                pub amount: i64,
                #[event(since = 2)]
                pub note: Option<String>,
            }
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

/// The macro whose attribute stands first, on the rest of the input.
fn expand(input: &str) -> TokenStream {
    let tokens = |text: &str| text.parse::<TokenStream>().expect("an example is Rust");
    let (first, rest) = input
        .trim()
        .split_once('\n')
        .expect("an attribute has a line of its own");
    let arguments = first
        .split_once('(')
        .map_or("", |(_, arguments)| arguments.trim_end_matches(")]"));
    match first.split(['(', ']']).next() {
        Some("#[recount::events") => flow::events(tokens(arguments), &tokens(rest)),
        Some("#[recount::handlers") => flow::handlers(tokens(arguments), &tokens(rest)),
        _ if arguments.ends_with("Event") => flow::event(tokens(rest)),
        _ if arguments.ends_with("Aggregate") => flow::aggregate(tokens(rest)),
        _ => flow::stream_key(tokens(rest)),
    }
}

fn pretty(tokens: TokenStream) -> String {
    let file = syn::parse2::<syn::File>(tokens).expect("an expansion is a list of items");
    prettyplease::unparse(&file)
}

/// The input without the indentation that it has in this file.
fn input(example: &Example) -> String {
    let lines: Vec<&str> = example
        .input
        .lines()
        .map(|line| line.strip_prefix("            ").unwrap_or(line))
        .collect();
    lines.join("\n").trim().to_owned()
}

#[test]
fn expansions() {
    for example in EXAMPLES {
        let input = input(example);
        let mut settings = insta::Settings::clone_current();
        settings.set_description(&input);
        settings.set_omit_expression(true);
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!(example.name, pretty(expand(&input))));
    }
}

#[test]
fn docs_show_what_is_generated() {
    let mut page = "# What the macros write\n\nWritten from the snapshots of `macros/src/tests.rs` by \
                    `INSTA_UPDATE=always cargo test -p recount-macros`; do not edit it here.\n\n\
                    Each macro writes impls of public traits, which could be written by hand. To see what one of your own items becomes:\n\
                    `RECOUNT_EXPAND=Deposited cargo check` prints it (cargo runs the macros of a crate only when it compiles it).\n"
        .to_owned();
    for example in EXAMPLES {
        let (input, output) = (input(example), pretty(expand(&input(example))));
        let title = example.name.replace('_', " ");
        page += &format!("\n## {title}\n\n{}\n\n```rust,ignore\n{input}\n```\n\n", example.about);
        page += &format!("becomes\n\n```rust,ignore\n{output}```\n");
    }
    let path = root().join("docs/generated.md");
    if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/generated.md is stale: INSTA_UPDATE=always cargo test -p recount-macros"
    );
}

/// Of every sentence in `read` and `check` the longest piece without a placeholder stands in some `.stderr`.
#[test]
fn every_message_has_a_ui_case() {
    let said: String = files(&root().join("tests/ui"), "stderr")
        .iter()
        .map(|path| read(path))
        .collect();
    let mut sentences = Vec::new();
    for folder in ["read", "check"] {
        for path in files(&root().join("macros/src").join(folder), "rs") {
            literals(read(&path).parse().expect("a source file is Rust"), &mut sentences);
        }
    }
    let pieces = |sentence: &str| {
        let pieces: Vec<String> = sentence
            .split(['\n', '{', '}'])
            .map(|piece| piece.trim().to_owned())
            .collect();
        pieces.into_iter().max_by_key(String::len).unwrap_or_default()
    };
    // An example of a key stands in the sentence about its value too.
    let is_part = |text: &String| sentences.iter().any(|other| other != text && other.contains(text));
    let silent: Vec<String> = sentences
        .iter()
        .filter(|sentence| !is_part(sentence))
        .map(|sentence| pieces(sentence))
        .filter(|piece| piece.contains(' ') && !said.contains(piece))
        .collect();
    assert!(
        sentences.len() > 60 && silent.is_empty(),
        "no ui case says: {silent:#?}"
    );
}

/// All texts in the tokens, but for doc comments.
fn literals(tokens: TokenStream, out: &mut Vec<String>) {
    let mut doc = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), out),
            TokenTree::Ident(ident) => doc = ident == "doc",
            TokenTree::Literal(literal) if !doc => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    out.push(text.value());
                }
            }
            _ => {}
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate stands in a workspace")
        .to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file that was listed")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|is| is == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

//! The macros of recount: use them through the `recount` crate, which has what they expand to.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

use proc_macro::TokenStream;

mod check;
#[cfg(test)]
mod examples;
mod expand;
mod flow;
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the folder is the runtime's, byte for byte; a macro crate can export nothing and needs less of it"
)]
mod lock;
mod model;
mod read;
mod support;
#[cfg(test)]
mod tests;

/// An event, from a struct; a set of events, from an enum.
///
#[doc = include_str!("../docs/event.md")]
#[doc = include_str!("../docs/event_set.md")]
#[proc_macro_derive(Event, attributes(event, schema))]
pub fn event(input: TokenStream) -> TokenStream {
    flow::event(input.into()).into()
}

/// Events and their set, from an enum with inline variants.
///
/// ```
/// use recount::EventVersion;
///
/// /// What can happen to an account.
/// #[recount::events(prefix = "account")]
/// #[derive(Clone, Debug, PartialEq)]
/// pub enum AccountEvent {
///     /// The account exists from now on.
///     Opened { owner: String },
///     /// Nothing can happen any more.
///     #[event(name = "account.shut")]
///     Closed,
/// }
/// assert_eq!((Opened::NAME, Closed::NAME), ("account.opened", "account.shut"));
/// let event: AccountEvent = Opened { owner: "Ada".into() }.into();
/// ```
///
/// | key | |
/// |---|---|
/// | `prefix = "account"` | what the stored names begin with: `account.opened`. Required, unless each variant has a name of its own |
/// | `context = "bank"` | whose events they are, where two crates of a package have one name; a variant may say another. Default: the name of the crate |
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
///
/// What comes out: for each variant a struct of its name, as visible as the enum, with the enum's derives, `Serialize`, `Deserialize` and
/// [`macro@Event`]; its docs, `#[event(..)]`, `#[serde(..)]` and other attributes move along. And the enum, whose variants hold them. A variant
/// that holds one struct already stays as it is. The enum's derives stand below this attribute, and so do the keys of a set, such as
/// `#[event(dropped("account.blinked"))]`. A variant that is `#[event(frozen)]` becomes a struct that is.
#[proc_macro_attribute]
pub fn events(arguments: TokenStream, item: TokenStream) -> TokenStream {
    flow::events(arguments.into(), &item.into()).into()
}

/// The stored shape of a type that is part of an event.
///
#[doc = include_str!("../docs/schema.md")]
#[proc_macro_derive(Schema, attributes(schema))]
pub fn schema(input: TokenStream) -> TokenStream {
    flow::schema(input.into()).into()
}

/// An aggregate: a struct or an enum whose state follows from its events.
///
/// ```
/// # #[recount::events(prefix = "account")]
/// # enum AccountEvent { Opened {} }
/// #[derive(recount::Aggregate)]
/// #[aggregate(name = "account", id = String, events = AccountEvent)]
/// struct Account {
///     balance: u64,
/// }
/// # #[recount::handlers]
/// # impl Account {
/// #     #[apply] fn opened(_: &Opened) -> Self { Self { balance: 0 } }
/// # }
/// ```
///
/// | key | |
/// |---|---|
/// | `name = "account"` | the category of the streams, as in `account/acc-101`: no `/`, not beginning with `$`. Required |
/// | `id = String` | what names one of them: any `StreamKey`. Required |
/// | `events = AccountEvent` | the set of its events, all of which an `#[apply]` applies. Required |
/// | `snapshot(every = 100)` | a snapshot of the state is written after so many events since the last, `bytes = 65_536` of their payloads, or `micros = 500` that were spent on folding them; of several that are given the first to come. The state then derives `Serialize`, `Deserialize` and `Schema`, without a field that serde skips. Default: none |
/// | `rev = 2` | the revision of the logic in `#[apply]`: raise it when that logic changes, and snapshots of other revisions are ignored. Default: 0 |
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
///
/// What comes out: `Aggregate`. The methods are in one block under [`macro@handlers`].
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    flow::aggregate(input.into()).into()
}

/// A projection: a view that follows from events.
///
#[doc = include_str!("../docs/projection.md")]
#[proc_macro_derive(Projection, attributes(projection, schema))]
pub fn projection(input: TokenStream) -> TokenStream {
    flow::projection(input.into()).into()
}

/// A policy: what is sent when something has happened, without a state.
///
#[doc = include_str!("../docs/policy.md")]
#[proc_macro_derive(Policy, attributes(policy))]
pub fn policy(input: TokenStream) -> TokenStream {
    flow::policy(input.into()).into()
}

/// A process: what is done over time when something has happened, with a state for each instance.
///
#[doc = include_str!("../docs/process.md")]
#[proc_macro_derive(Process, attributes(process))]
pub fn process(input: TokenStream) -> TokenStream {
    flow::process(input.into()).into()
}

/// A timer: what a process is reminded of, recorded as JSON.
///
/// ```
/// use recount::Timer;
///
/// #[derive(Timer, serde::Serialize, serde::Deserialize)]
/// #[timer(name = "late")]
/// struct Late {}
/// assert_eq!(Late::NAME, "late");
/// ```
///
/// | key | |
/// |---|---|
/// | `name = "late"` | its name in its instance: set again it replaces the one of its name. Letters, digits, `.`, `_` and `-`. Required |
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
///
/// What comes out: `Timer`. It is set by `After(duration, Late {})`, and comes back as `Due<Late>`: see [`macro@Process`].
#[proc_macro_derive(Timer, attributes(timer))]
pub fn timer(input: TokenStream) -> TokenStream {
    flow::timer(input.into()).into()
}

/// The id of an aggregate, from a struct of one field that is one.
///
/// ```
/// use recount::StreamKey;
///
/// #[derive(Clone, StreamKey)]
/// struct LoanId(u64);
/// assert_eq!(LoanId(7).text(), "7");
/// ```
///
/// The only key of `#[stream_key(..)]` is `crate = ::other::recount`, for where recount is if it is not at `::recount`.
#[proc_macro_derive(StreamKey, attributes(stream_key))]
pub fn stream_key(input: TokenStream) -> TokenStream {
    flow::stream_key(input.into()).into()
}

/// What an aggregate decides and how its events change it, or what a projection, a policy or a process does with events: on its one `impl` block.
///
/// ```
/// use recount::Command;
///
/// # #[recount::events(prefix = "account")]
/// # #[derive(Clone, Debug, PartialEq)]
/// # enum AccountEvent { Opened { owner: String }, Withdrawn { amount: u64 } }
/// # #[derive(recount::Aggregate)]
/// # #[aggregate(name = "account", id = String, events = AccountEvent)]
/// # struct Account { balance: u64 }
/// # #[derive(Debug, PartialEq)]
/// # struct TooLittle;
/// #[recount::handlers(commands = AccountCommand)]
/// impl Account {
///     #[command]
///     fn open(owner: String) -> Opened {
///         Opened { owner }
///     }
///
///     #[command]
///     fn withdraw(&self, amount: u64) -> Result<Withdrawn, TooLittle> {
///         if amount > self.balance { Err(TooLittle) } else { Ok(Withdrawn { amount }) }
///     }
///
///     #[apply]
///     fn opened(_: &Opened) -> Self {
///         Self { balance: 0 }
///     }
///
///     #[apply]
///     fn withdrawn(&mut self, event: &Withdrawn) {
///         self.balance -= event.amount;
///     }
/// }
/// assert_eq!(Withdraw::NAME, "withdraw");
/// recount::testing::given::<Account>([Opened { owner: "Ada".into() }.into()])
///     .when(Withdraw { amount: 5 })
///     .then_rejected(TooLittle);
/// ```
///
/// # `#[command]`
///
/// | first parameter | the stream must |
/// |---|---|
/// | none | not exist |
/// | `&self` | exist |
/// | `account: Option<&Self>` | either |
///
/// A `&Context` may stand anywhere. The other parameters are owned, and are the fields of the command: `fn withdraw(&self, amount: u64)` writes
/// `struct Withdraw { amount: u64 }`, as visible as the method and with its docs. Docs and `#[serde(..)]` on a parameter move to the field.
/// `#[command(Withdraw)] fn withdraw(&self, command: Withdraw)` takes a struct of your own instead. The command's name is the method's.
/// `#[command(idempotent)]` declares that the command decides no event on a state that it has produced: asked twice, it acts once.
///
/// It returns an event, a tuple, `Option`, `Vec` or array of events, the set itself, `()`, or a `Result` of any of these with your own error.
///
/// # `#[apply]`
///
/// | form | |
/// |---|---|
/// | `fn opened(event: &Opened) -> Self` | creates the state |
/// | `fn deposited(&mut self, event: &Deposited)` | changes it |
/// | `fn closed(self, event: &Closed) -> Self` | replaces it |
///
#[doc = include_str!("../docs/handlers_on.md")]
/// # Keys
///
/// | key | |
/// |---|---|
/// | `commands = AccountCommand` | also an enum of all commands, itself a command: `{"withdraw": {"amount": 5}}`. With it comes `AccountRejection`, an enum of their errors |
/// | `rejection = AccountError` | beside it: the one error that the commands reject with, instead of that enum |
/// | `queries = BalanceQuery` | in a projection: an enum of all queries, which is a `Query`, and `BalanceAnswer`, an enum of their answers, which are `Debug` and `Serialize` |
/// | `derive(Clone, Debug)` | what the commands derive. Default: `Clone`, `Debug`, `Serialize`, `Deserialize`, and a `PartialEq`. `Clone` must be one |
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
#[proc_macro_attribute]
pub fn handlers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    flow::handlers(arguments.into(), &item.into()).into()
}

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
mod model;
mod read;
mod support;
#[cfg(test)]
mod tests;

/// An event, from a struct; a set of events, from an enum.
///
/// # On a struct
///
/// The struct has named fields, or none, and no type parameters. It derives serde's `Serialize` and `Deserialize` too.
///
/// ```
/// use recount::{Event, EventVersion};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Event)]
/// #[event(name = "account.opened")]
/// struct Opened {
///     owner: String,
/// }
/// assert_eq!((Opened::NAME, Opened::VERSION), ("account.opened", 1));
/// ```
///
/// | key | |
/// |---|---|
/// | `name = "account.opened"` | what the event is stored as: ASCII letters, digits, `.`, `_` and `-`. Required |
/// | `version = 1` | the version of that name. Default: 1 |
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
///
/// What comes out: `EventVersion` and `Event`, and the alias `OpenedV1`, so that what is written of this version stays true when the next
/// comes. A struct without fields is stored as `{}`, so that it can gain some.
///
/// # Older versions of a struct
///
/// What was stored is never written anew. When an event changes, its `version` goes up by one and the change is declared where it is:
///
/// ```
/// use recount::{Event, Upcast};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
/// #[event(name = "account.deposited", version = 3, removed(3, channel_code: u32))]
/// pub struct Deposited {
///     pub amount: i64,
///     #[event(since = 2, default = "EUR")]
///     pub currency: String,
///     #[event(renamed(3, from = "memo"))]
///     pub note: Option<String>,
/// }
///
/// let old = DepositedV1 { channel_code: 7, amount: 5, memo: None };
/// let now: DepositedV3 = Deposited::upcast(DepositedV2::upcast(old));
/// assert_eq!(now, Deposited { amount: 5, currency: "EUR".into(), note: None });
/// ```
///
/// | key of a field | |
/// |---|---|
/// | `since = 2` | the first version with the field. Alone it is for an `Option`, which was `None` before, and where a `step` says the value |
/// | `default = "EUR"` | beside `since`: what it was before. A constant; a text goes through `From<&str>`. `default` alone is `Default::default()` |
/// | `with = street_len` | beside `since`: a `fn(&DepositedV1) -> T` that computes it from the whole event before |
/// | `renamed(3, from = "memo")` | the key that it was stored under before version 3. May stand more than once |
/// | `retyped(2, from = AddressV1)` | its type before version 2, which becomes the new one by `From`, or by `with = path` beside `from` |
///
/// | key of the struct | |
/// |---|---|
/// | `removed(3, memo: String)` | a field that version 3 has no more. Beside its type also `since`, `default` and `serde(..)` |
/// | `step(2 = split_name)` | a `fn(DepositedV2) -> DepositedV3` that writes all of version 3. `step(2)`: `Upcast` or `TryUpcast` is written by hand |
/// | `from = DepositedV1` | the struct that was kept for the version just below those described here; its step up is written by hand |
/// | `raw(..=1 = repair)` | versions up to 1 are JSON to a `fn(serde_json::Value, &UpcastMeta<'_>) -> Result<DepositedV2, UpcastError>` |
/// | `frozen` | the event is only read: a kept struct, which derives `Deserialize` and `Event`, or an event that nobody emits any more |
/// | `write = 2` | while older nodes read: write version 2. `EncodeError::Lossy` refuses what it cannot hold; `default` in `removed` is what is written |
/// | `floor = 2` | the oldest version whose readers can read what is written. It follows from the changes; write it where an added field changes what the others mean |
/// | `old_derives(Debug)` | what the structs of old versions derive besides `Deserialize` |
/// | `example(1, r#"{"amount":5}"#)` | a payload of version 1, for the checks of the schema |
/// | `context = "bank"` | whose event it is, where two crates of a package have one name. Default: the name of the crate |
///
/// What comes out besides: the structs of the old versions, `Upcast` between two where no `step` is by hand, and `Downcast` under `write`. serde's
/// attributes of a field go along, but for `rename` and `alias` before a rename, and for what speaks of the type before a new type.
///
/// # On an enum
///
/// Each variant holds one event, and each event stands in one variant.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize, recount::Event)]
/// # #[event(name = "account.opened")]
/// # struct Opened {}
/// # #[derive(Serialize, Deserialize, recount::Event)]
/// # #[event(name = "account.closed")]
/// # struct Closed {}
/// #[derive(recount::Event)]
/// enum AccountEvent {
///     Opened(Opened),
///     Closed(Closed),
/// }
/// let event: AccountEvent = Opened {}.into();
/// ```
///
/// What was stored under other names is still read. `alias`, `dropped` and `split` may be given several times, and take lists.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize, recount::Event)]
/// # #[event(name = "account.opened")]
/// # struct Opened {}
/// # #[derive(Serialize, Deserialize, recount::Event)]
/// # #[event(name = "account.limit_raised", frozen)]
/// # struct LimitRaised {}
/// # #[derive(Serialize, Deserialize, recount::Event)]
/// # #[event(name = "account.opened_twice", frozen)]
/// # struct OpenedTwice {}
/// use recount::{Split, UnknownEvent};
///
/// #[derive(recount::Event)]
/// #[event(alias("account.created" => Opened))]
/// #[event(dropped("account.blinked"), split(OpenedTwice))]
/// enum AccountEvent {
///     Opened(Opened),
///     #[event(frozen)]
///     LimitRaised(LimitRaised),
///     #[event(unknown)]
///     Other(UnknownEvent),
/// }
/// impl Split<AccountEvent> for OpenedTwice {
///     fn split(self, out: &mut dyn FnMut(AccountEvent)) {
///         out(Opened {}.into());
///         out(Opened {}.into());
///     }
/// }
/// use recount::testing::stored;
/// assert_eq!(stored("account.created", 1, "{}").read::<AccountEvent>().unwrap().len(), 1);
/// assert_eq!(stored("account.opened_twice", 1, "{}").read::<AccountEvent>().unwrap().len(), 2);
/// assert_eq!(stored("account.blinked", 1, "never looked at").read::<AccountEvent>().unwrap().len(), 0);
/// ```
///
/// | key | |
/// |---|---|
/// | `alias("account.created" => Opened)` | an old stored name; the versions of it are those of the event |
/// | `dropped("account.blinked")` | a stored name that is passed over, its payload unread |
/// | `split(OpenedTwice)` | an old event that is read as several, or as none: it implements `Split` |
/// | `frozen`, on a variant | a retired event: still folded, never written. Its struct may be `frozen` as well |
/// | `unknown`, on a variant | holds what no other variant can read, as an `UnknownEvent`. Without it such an event is an error |
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
///
/// What comes out: `EventSet`, `From` of each event, `Fold` into every aggregate that applies all of the events, and `IntoEvents`, so that
/// commands may return them, but for what is frozen or unknown. Two events under one stored name are a compile error.
///
/// [`macro@events`] writes structs and enum at once.
#[proc_macro_derive(Event, attributes(event))]
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
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
///
/// What comes out: `Aggregate`. The methods are in one block under [`macro@handlers`].
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    flow::aggregate(input.into()).into()
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

/// What an aggregate decides and how its events change it: on its one `impl` block.
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
/// # Keys
///
/// | key | |
/// |---|---|
/// | `commands = AccountCommand` | also an enum of all commands, itself a command: `{"withdraw": {"amount": 5}}`. With it comes `AccountRejection`, an enum of their errors |
/// | `rejection = AccountError` | beside it: the one error that the commands reject with, instead of that enum |
/// | `derive(Clone, Debug)` | what the commands derive. Default: `Clone`, `Debug`, `Serialize`, `Deserialize`, and a `PartialEq`. `Clone` must be one |
/// | `crate = ::other::recount` | where recount is, if it is not at `::recount` |
#[proc_macro_attribute]
pub fn handlers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    flow::handlers(arguments.into(), &item.into()).into()
}

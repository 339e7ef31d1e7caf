//! What a command asks, as 128 bits: two requests under one idempotency key are one if these are equal.

use serde::Serialize;

use crate::codec::{self, JsonError};
use crate::command::Command;
use crate::store::Fingerprint;

/// A command that can be told from others of its name: every command that is `Serialize`, as those are that `#[command]` writes.
///
/// The fingerprint is of the declared name and the fields as JSON, with the members of each object in one order; it is stored with the
/// key, and is the same in every build that writes the same JSON. The enum of all commands has that of the command inside it. A field
/// without an order of its own, such as a `HashSet`, has another fingerprint each time: use a `BTreeSet`.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::Fingerprinted;
///
/// # fn main() -> Result<(), recount::JsonError> {
/// let deposit = Deposit { amount: 100 }.fingerprint()?;
/// assert_eq!(deposit, AccountCommand::Deposit(Deposit { amount: 100 }).fingerprint()?);
/// assert_ne!(deposit, Withdraw { amount: 100 }.fingerprint()?);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fingerprint, so it takes no idempotency key",
    label = "this command is not `Serialize`",
    note = "derive `Serialize` for it: a repeat under a key is known by the command's fields"
)]
pub trait Fingerprinted: Command {
    /// The fingerprint of what is asked.
    ///
    /// # Errors
    /// [`JsonError`] for a value that JSON cannot carry.
    fn fingerprint(&self) -> Result<Fingerprint, JsonError>;
}

#[diagnostic::do_not_recommend]
impl<C: Command + Serialize> Fingerprinted for C {
    fn fingerprint(&self) -> Result<Fingerprint, JsonError> {
        let json = codec::encode(self)?;
        let json = if C::IS_ENUM {
            json
        } else {
            [b"{\"", self.name().as_bytes(), b"\":", &json, b"}"].concat()
        };
        Ok(Fingerprint::of([codec::canonical(&json).as_slice()]))
    }
}

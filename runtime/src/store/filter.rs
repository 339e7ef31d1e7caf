//! Which events of the log a reader wants: their categories, streams and names, told to the store so that it leaves out the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::store::EventRef;
use crate::stream::StreamId;

/// Which events of the log are wanted. It looks at streams and names, never at a payload; clones share what they hold.
///
/// [`Filter::default`] is every event there is. Each method takes something away.
///
/// ```
/// use recount::store::{EventStore, Filter, LogRead};
/// use recount::{MemoryStore, Position};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let filter = Filter::default().categories(["account"]).without(["account.renamed"]);
/// let page = store.read_log(LogRead::after(Position::START).filter(filter)).await?;
/// assert!(page.is_empty() && page.at_end());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(Option<Arc<Parts>>);

/// Each list is sorted, so that it is searched and not walked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parts {
    /// Those that begin with `$` only where they are named.
    reserved_only_by_name: bool,
    categories: Vec<Name>,
    streams: Vec<StreamId>,
    without: Vec<Name>,
    /// By category, what is left out in it alone.
    without_in: BTreeMap<Name, Vec<Name>>,
    only: Option<Vec<Name>>,
}

type Name = Cow<'static, str>;

fn names<N: Into<Name>>(given: impl IntoIterator<Item = N>) -> Vec<Name> {
    let mut names: Vec<Name> = given.into_iter().map(Into::into).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn has(names: &[Name], name: &str) -> bool {
    names.binary_search_by(|known| (**known).cmp(name)).is_ok()
}

impl Filter {
    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(self.0.get_or_insert_default()));
        self
    }

    /// Only events of these categories, instead of every category. Without any it is every category but those that begin with `$`, which
    /// are recount's own.
    #[must_use]
    pub fn categories<N: Into<Cow<'static, str>>>(self, categories: impl IntoIterator<Item = N>) -> Self {
        self.with(|parts| (parts.reserved_only_by_name, parts.categories) = (true, names(categories)))
    }

    /// Only events of these streams, instead of every stream of the categories.
    #[must_use]
    pub fn streams(self, streams: impl IntoIterator<Item = StreamId>) -> Self {
        self.with(|parts| {
            parts.streams = streams.into_iter().collect();
            parts
                .streams
                .sort_unstable_by(|one, next| one.as_str().cmp(next.as_str()));
        })
    }

    /// No events that are stored under these names. A name that nobody has listed is still served (rule 7.8).
    #[must_use]
    pub fn without<N: Into<Cow<'static, str>>>(self, left_out: impl IntoIterator<Item = N>) -> Self {
        self.with(|parts| parts.without = names(left_out))
    }

    /// No events of this category that are stored under these names. The same names in other categories are served.
    ///
    /// ```
    /// use recount::store::Filter;
    ///
    /// let filter = Filter::default().without_in("account", ["noted"]);
    /// assert!(!filter.takes_in("account", "noted") && filter.takes_in("order", "noted"));
    /// ```
    #[must_use]
    pub fn without_in<C, N>(self, category: C, left_out: impl IntoIterator<Item = N>) -> Self
    where
        C: Into<Cow<'static, str>>,
        N: Into<Cow<'static, str>>,
    {
        self.with(|parts| drop(parts.without_in.insert(category.into(), names(left_out))))
    }

    /// Only events that are stored under these names. Whoever has to notice an event that is new to it lists what it does not need
    /// instead: [`without`](Self::without).
    #[must_use]
    pub fn only<N: Into<Cow<'static, str>>>(self, wanted: impl IntoIterator<Item = N>) -> Self {
        self.with(|parts| parts.only = Some(names(wanted)))
    }

    /// Nothing is left out, so there is nothing to ask of an event.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.0.is_none()
    }

    /// The streams that are asked for by name; none if a store has to look at every event.
    pub(crate) fn named_streams(&self) -> &[StreamId] {
        self.0.as_ref().map_or(&[], |parts| &parts.streams)
    }

    /// Whether events of this stream are wanted, whatever their names.
    #[must_use]
    pub fn takes_stream(&self, stream: &StreamId) -> bool {
        let Some(parts) = &self.0 else {
            return true;
        };
        let category = stream.category();
        let is_named = if !parts.categories.is_empty() {
            has(&parts.categories, category)
        } else {
            // A stream that is asked for by its own name is named.
            !(parts.reserved_only_by_name && parts.streams.is_empty() && category.starts_with('$'))
        };
        let by_name = |known: &StreamId| known.as_str().cmp(stream.as_str());
        is_named && (parts.streams.is_empty() || parts.streams.binary_search_by(by_name).is_ok())
    }

    /// Whether events that are stored under this name are wanted in any category: what is left out in one category alone is asked of
    /// [`takes_in`](Self::takes_in).
    #[must_use]
    pub fn takes_name(&self, name: &str) -> bool {
        let Some(parts) = &self.0 else {
            return true;
        };
        !has(&parts.without, name) && parts.only.as_ref().is_none_or(|only| has(only, name))
    }

    /// Whether events that are stored under this name are wanted in streams of this category, if these are.
    #[must_use]
    pub fn takes_in(&self, category: &str, name: &str) -> bool {
        let Some(parts) = &self.0 else {
            return true;
        };
        let left_out = parts.without_in.get(category);
        left_out.is_none_or(|left_out| !has(left_out, name)) && self.takes_name(name)
    }

    /// Something is left out in one category alone.
    pub(crate) fn differs_by_category(&self) -> bool {
        self.0.as_ref().is_some_and(|parts| !parts.without_in.is_empty())
    }

    /// Whether this event is wanted.
    #[must_use]
    pub fn takes(&self, event: &EventRef<'_>) -> bool {
        self.is_everything() || (self.takes_stream(event.stream) && self.takes_in(event.stream.category(), event.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(name: &str) -> StreamId {
        name.parse().expect("a stream's name")
    }

    /// Rule 7.8: a filter by what is left out still takes a name that nobody knows; one by what is wanted does not.
    #[test]
    fn names_that_nobody_listed() {
        let without = Filter::default().without(["b", "a", "b"]);
        assert_eq!(
            ["a", "b", "c", ""].map(|name| without.takes_name(name)),
            [false, false, true, true]
        );
        let only = Filter::default().only(["b", "a"]);
        assert_eq!(
            ["a", "b", "c", ""].map(|name| only.takes_name(name)),
            [true, true, false, false]
        );
        let both = Filter::default().only(["a", "b"]).without(["a"]);
        assert_eq!(["a", "b", "c"].map(|name| both.takes_name(name)), [false, true, false]);
        assert!(
            !Filter::default().only([""; 0]).takes_name("a"),
            "nothing is wanted, and nothing is served"
        );
    }

    #[test]
    fn streams_and_categories_narrow_each_other() {
        let (one, two, other) = (stream("account/1"), stream("account/2"), stream("order/1"));
        let taken = |filter: Filter| [&one, &two, &other].map(|stream| filter.takes_stream(stream));
        assert_eq!(taken(Filter::default()), [true; 3]);
        assert_eq!(taken(Filter::default().categories(["account"])), [true, true, false]);
        assert_eq!(taken(Filter::default().categories([""; 0])), [true; 3]);
        assert_eq!(
            taken(Filter::default().streams([two.clone(), other.clone()])),
            [false, true, true]
        );
        assert_eq!(
            taken(
                Filter::default()
                    .categories(["account"])
                    .streams([two.clone(), other.clone()])
            ),
            [false, true, false]
        );
        assert_eq!(taken(Filter::default().categories(["acc", "accounts"])), [false; 3]);
    }

    /// Rule 7.8: what one category leaves out, another one serves, where nobody knows what it is.
    #[test]
    fn names_of_one_category_alone() {
        let filter = Filter::default()
            .without_in("account", ["noted", "opened"])
            .without_in("order", ["placed"])
            .without(["gone"]);
        let taken = |category: &str| ["noted", "placed", "gone", "new"].map(|name| filter.takes_in(category, name));
        assert_eq!(taken("account"), [false, true, false, true]);
        assert_eq!(taken("order"), [true, false, false, true]);
        assert_eq!(taken("$process"), [true, true, false, true]);
        assert!(filter.takes_name("noted") && !filter.takes_name("gone"));
    }

    #[test]
    fn clones_are_changed_alone() {
        let first = Filter::default().categories(["account"]);
        let second = first.clone().without(["account.opened"]);
        assert!(first.takes_name("account.opened") && !second.takes_name("account.opened"));
        assert!(second.takes_stream(&stream("account/1")) && !second.takes_stream(&stream("order/1")));
        assert!(Filter::default().is_everything() && !first.is_everything());
    }
}

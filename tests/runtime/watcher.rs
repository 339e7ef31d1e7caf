//! A listener that keeps all that the runtime tells in this thread, as a tree of text.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    static TOLD: RefCell<Option<Told>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Told {
    nodes: Vec<Node>,
    entered: Vec<usize>,
}

struct Node {
    parent: Option<usize>,
    name: String,
    fields: Fields,
}

#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

impl Told {
    fn add(&mut self, parent: Option<usize>, name: &str, record: impl FnOnce(&mut Fields)) -> usize {
        let mut fields = Fields::default();
        record(&mut fields);
        self.nodes.push(Node {
            parent: parent.or(self.entered.last().copied()),
            name: name.to_owned(),
            fields,
        });
        self.nodes.len() - 1
    }

    fn show(&self, parent: Option<usize>, depth: usize, shown: &mut String) {
        for (place, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.parent == parent) {
            write!(shown, "{}{}", "  ".repeat(depth), node.name).expect("a text grows");
            for (name, value) in &node.fields.0 {
                // What is drawn anew in each run.
                let value = if *name == "append" { "#" } else { value };
                write!(shown, " {name}={value}").expect("a text grows");
            }
            shown.push('\n');
            self.show(Some(place), depth + 1, shown);
        }
    }
}

struct Listener;

fn with<T>(look: impl FnOnce(&mut Told) -> T) -> Option<T> {
    TOLD.with_borrow_mut(|told| told.as_mut().map(look))
}

fn place(id: &Id) -> usize {
    usize::try_from(id.into_u64()).expect("a place in a list") - 1
}

impl Subscriber for Listener {
    /// Asked again each time: it depends on the thread.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("recount") && with(|_| ()).is_some()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let parent = span.parent().map(place);
        let add = |told: &mut Told| told.add(parent, span.metadata().name(), |fields| span.record(fields));
        Id::from_u64(with(add).expect("a thread that is watched") as u64 + 1)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        with(|told| values.record(&mut told.nodes[place(span)].fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let (level, parent) = (event.metadata().level().as_str(), event.parent().map(place));
        with(|told| told.add(parent, level, |fields| event.record(fields)));
    }

    fn enter(&self, span: &Id) {
        with(|told| told.entered.push(place(span)));
    }

    fn exit(&self, span: &Id) {
        with(|told| {
            let left = told.entered.pop();
            assert_eq!(left, Some(place(span)), "spans are left in the order they were entered");
        });
    }
}

/// Begins to listen in this thread.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Listener).expect("nobody else listens here");
        // What another thread met for the first time just now has asked nobody.
        tracing::callsite::rebuild_interest_cache();
    });
    TOLD.set(Some(Told::default()));
}

/// What was told in this thread since it is watched, or since the last look; all of it had ended.
pub fn told() -> String {
    let told = with(std::mem::take).expect("a thread that is watched");
    assert!(told.entered.is_empty(), "nothing is under way");
    let mut shown = String::new();
    told.show(None, 0, &mut shown);
    shown
}

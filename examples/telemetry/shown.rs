//! Finished spans as a tree of text.

use std::fmt::Write;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::SpanData;

/// What each span and event has, and says nothing here.
const EVERYWHERE: [&str; 3] = ["target", "level", "append"];

/// Each span below its parent, in the order they began, with how long it took.
pub(crate) fn tree(spans: &[SpanData]) -> String {
    let mut shown = String::new();
    below(spans, SpanId::INVALID, 0, &mut shown);
    shown
}

fn below(spans: &[SpanData], parent: SpanId, depth: usize, shown: &mut String) {
    let mut children: Vec<_> = spans.iter().filter(|span| span.parent_span_id == parent).collect();
    children.sort_by_key(|span| span.start_time);
    let indent = "  ".repeat(depth);
    for span in children {
        let took = span.end_time.duration_since(span.start_time).unwrap_or_default();
        let fields = fields(&span.attributes);
        // Writing to a text cannot fail.
        _ = writeln!(shown, "{indent}{}{fields}  ({} us)", span.name, took.as_micros());
        for event in span.events.iter() {
            let fields = self::fields(&event.attributes);
            _ = writeln!(shown, "{indent}  ! {}{fields}", event.name);
        }
        below(spans, span.span_context.span_id(), depth + 1, shown);
    }
}

fn fields(attributes: &[KeyValue]) -> String {
    let told = attributes
        .iter()
        .filter(|attribute| !EVERYWHERE.contains(&attribute.key.as_str()));
    told.map(|KeyValue { key, value, .. }| format!(" {key}={value}"))
        .collect()
}

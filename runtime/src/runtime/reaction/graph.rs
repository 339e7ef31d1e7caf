//! Loops between reactions: event, reaction, command, event, and so on, found before anything runs (rule 9.6).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::runtime::reaction::effect::Sends;
use crate::runtime::reaction::{Input, Reaction};

/// A policy or a process, as far as loops go.
#[derive(Clone, Copy, Debug)]
pub(in crate::runtime) struct Reactor {
    pub(in crate::runtime) name: &'static str,
    pub(in crate::runtime) reactions: &'static [Reaction],
    /// A bound is declared, so it may be part of a loop.
    pub(in crate::runtime) is_bounded: bool,
}

/// An input of a reactor, or, of no reactor, an event.
type Node = (Option<usize>, Input);

/// What leads from one node to another.
struct Edge {
    to: Node,
    words: String,
}

/// The first loop without a bound, in words: `a.b -> policy `fees` sends c.d -> ...`.
pub(in crate::runtime) fn unbounded_loop(reactors: &[Reactor]) -> Option<String> {
    let mut edges: BTreeMap<usize, Vec<Edge>> = BTreeMap::new();
    let mut nodes: Vec<Node> = Vec::new();
    let mut number = |node: Node| {
        nodes.iter().position(|known| *known == node).unwrap_or_else(|| {
            nodes.push(node);
            nodes.len() - 1
        })
    };
    for (place, reactor) in reactors.iter().enumerate().filter(|(_, reactor)| !reactor.is_bounded) {
        for reaction in reactor.reactions {
            let from = match reaction.input {
                Input::Event(_) => (None, reaction.input),
                own => (Some(place), own),
            };
            let out = edges.entry(number(from)).or_default();
            reaction
                .sends
                .each(&mut |sends| follow(place, reactor.name, sends, out));
        }
    }
    let mut walk = Walk {
        nodes: &mut nodes,
        edges: &edges,
        path: Vec::new(),
        done: Vec::new(),
    };
    (0..walk.nodes.len()).find_map(|node| walk.visit(node))
}

fn follow(place: usize, name: &str, sends: &'static Sends, out: &mut Vec<Edge>) {
    match sends {
        Sends::Command { sent, or_park } => {
            let words = format!("`{name}` sends {sent:?}");
            sent.emits.each(&mut |event| {
                out.push(Edge {
                    to: (None, Input::Event(event)),
                    words: words.clone(),
                });
            });
            if !or_park {
                let (aggregate, command) = (sent.aggregate, sent.command);
                out.push(Edge {
                    to: (Some(place), Input::Failed { aggregate, command }),
                    words: format!("{words}, which fails"),
                });
            }
        }
        // Time passes before a timer is due, but what it sends goes round all the same.
        Sends::Timer(timer) => out.push(Edge {
            to: (Some(place), Input::Due(timer.name)),
            words: format!("`{name}` sets the timer {timer:?}"),
        }),
        Sends::End => {}
    }
}

/// A walk in depth: what it comes back to while it is on its path is a loop.
struct Walk<'a> {
    nodes: &'a mut Vec<Node>,
    edges: &'a BTreeMap<usize, Vec<Edge>>,
    path: Vec<(usize, &'a str)>,
    done: Vec<usize>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, node: usize) -> Option<String> {
        if let Some(start) = self.path.iter().position(|(known, _)| *known == node) {
            return self.told(start, node);
        }
        if self.done.contains(&node) {
            return None;
        }
        for edge in self.edges.get(&node).into_iter().flatten() {
            let Some(to) = self.nodes.iter().position(|known| *known == edge.to) else {
                continue;
            };
            self.path.push((node, &edge.words));
            let found = self.visit(to);
            if found.is_some() {
                return found;
            }
            self.path.pop();
        }
        self.done.push(node);
        None
    }

    /// The loop in words. One that a process goes round alone, with a timer in it, is how it asks again later, and needs no bound.
    fn told(&self, start: usize, end: usize) -> Option<String> {
        let steps = self.path.get(start..)?;
        let has = |wanted: fn(Input) -> bool| {
            let mut inputs = steps.iter().filter_map(|(node, _)| self.nodes.get(*node));
            inputs.any(|(_, input)| wanted(*input))
        };
        if has(|input| matches!(input, Input::Due(_))) && !has(|input| matches!(input, Input::Event(_))) {
            return None;
        }
        let mut words = String::new();
        for (node, step) in steps {
            let _infallible = write!(words, "{}{step} -> ", self.shown(*node));
        }
        words.push_str(self.shown(end).trim_end_matches(": "));
        Some(words)
    }

    fn shown(&self, node: usize) -> String {
        match self.nodes.get(node) {
            Some((_, Input::Event(name))) => format!("{name}: "),
            _ => String::new(),
        }
    }
}

//! Lists and sets: the order of a list is stored and kept, and a set takes what stands twice for one.

use recount::testing::Update;

use crate::support::{Project, found, said};

macro_rules! tagged {
    ($name:ident, $tags:ty) => {
        mod $name {
            #[allow(unused_imports, reason = "not each type is of there")]
            use std::collections::*;

            #[recount::events(prefix = "post")]
            #[derive(Debug, Clone, PartialEq)]
            pub enum PostEvent {
                Tagged { tags: $tags },
            }
        }
    };
}

tagged!(list, Vec<u8>);
tagged!(deque, VecDeque<u8>);
tagged!(tree, BTreeSet<u8>);
tagged!(hashed, HashSet<u8>);
tagged!(lists, Vec<Vec<u8>>);
tagged!(sets, Vec<BTreeSet<u8>>);

#[test]
fn a_list_that_becomes_a_set_is_told() {
    let project = Project::sealed::<list::PostEvent>();
    assert_eq!(project.lock::<deque::PostEvent>(), [""; 0]);
    for (found, text) in [
        (
            project.lock::<tree::PostEvent>(),
            said(project.test::<tree::PostEvent>(Update::No).lock()),
        ),
        (
            project.lock::<hashed::PostEvent>(),
            said(project.test::<hashed::PostEvent>(Update::No).lock()),
        ),
    ] {
        assert_eq!(found, ["INCOMPATIBLE post.tagged v1"]);
        assert!(text.contains(r#"{"tags":[1,1]}"#), "{text}");
    }
    let nested = Project::sealed::<lists::PostEvent>();
    assert_eq!(nested.lock::<sets::PostEvent>(), ["INCOMPATIBLE post.tagged v1"]);
}

#[test]
fn a_set_that_becomes_a_list_is_told_for_older_nodes() {
    let project = Project::sealed::<tree::PostEvent>();
    assert_eq!(project.lock::<hashed::PostEvent>(), [""; 0]);
    assert_eq!(
        project.lock::<list::PostEvent>(),
        ["NOT_FORWARD_COMPATIBLE post.tagged v1"]
    );
}

/// A hasher has another order in each set of one process.
#[test]
fn the_order_of_a_set_means_nothing() {
    let project = Project::sealed::<hashed::PostEvent>();
    for _ in 0..20 {
        assert_eq!(project.check::<hashed::PostEvent>(), [""; 0]);
    }
}

/// What the upcaster makes of a list, in a version of its own.
macro_rules! listed {
    ($name:ident, $names:ident => $made:expr) => {
        mod $name {
            #[recount::events(prefix = "post")]
            #[derive(Debug, Clone, PartialEq)]
            pub enum PostEvent {
                #[event(version = 2, step(1 = up), removed(2, authors: Vec<String>), example(1, r#"{"authors":["Ada"]}"#))]
                Signed {
                    #[event(since = 2)]
                    names: Vec<String>,
                },
            }
            #[allow(unused_mut, reason = "not each way changes them in place")]
            fn up(old: SignedV1) -> SignedV2 {
                let mut $names = old.authors;
                SignedV2 { names: $made }
            }
        }
    };
}

listed!(kept, names => names);
listed!(reversed, names => names.into_iter().rev().collect());
listed!(sorted, names => { names.sort(); names });
listed!(falling, names => { names.sort(); names.reverse(); names });
listed!(deduplicated, names => { names.dedup(); names });
listed!(unique, names => { let mut seen = std::collections::HashSet::new(); names.retain(|name| seen.insert(name.clone())); names });

#[test]
fn an_upcaster_that_changes_the_order_of_a_list_is_told() {
    let project = Project::sealed::<kept::PostEvent>();
    assert_eq!(project.check::<kept::PostEvent>(), [""; 0]);
    for (name, test) in [
        ("reversed", project.test::<reversed::PostEvent>(Update::No)),
        ("sorted", project.test::<sorted::PostEvent>(Update::No)),
        ("falling", project.test::<falling::PostEvent>(Update::No)),
        ("deduplicated", project.test::<deduplicated::PostEvent>(Update::No)),
        ("unique", project.test::<unique::PostEvent>(Update::No)),
    ] {
        let found = found(test.goldens());
        assert!(
            found.contains(&"UPCAST_CHANGED post.signed v1".to_owned()),
            "{name}: {found:?}"
        );
    }
    let text = said(project.test::<reversed::PostEvent>(Update::No).goldens());
    assert!(
        text.contains("becomes another event than it did at `names[1]`"),
        "{text}"
    );
}

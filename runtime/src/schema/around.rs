//! Where a node of an outline stands: the objects and enums around it, which "so many up" counts.

use crate::schema::lock::Outline;

/// A node and what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) node: &'a Outline,
    around: Option<&'a Around<'a>>,
}

/// An object or enum, and what is around it.
#[derive(Debug)]
pub(super) struct Around<'a> {
    place: Place<'a>,
}

impl<'a> Place<'a> {
    pub(super) fn root(node: &'a Outline) -> Self {
        Self { node, around: None }
    }

    /// The place itself, or the one that it refers to.
    pub(super) fn resolved(self) -> Self {
        let Outline::Up(count) = self.node else {
            return self;
        };
        let mut place = self;
        for _ in 0..*count {
            match place.around {
                Some(around) => place = around.place,
                // An outline that was parsed or made from a shape counts no further than it goes.
                None => return Self::root(&Outline::Any),
            }
        }
        place
    }

    /// What stands around the nodes inside this object or enum.
    pub(super) fn around(self) -> Around<'a> {
        Around { place: self }
    }

    /// A node inside, where this is neither object nor enum.
    pub(super) fn inner<'b>(self, node: &'b Outline) -> Place<'b>
    where
        'a: 'b,
    {
        Place {
            node,
            around: self.around,
        }
    }
}

impl<'a> Around<'a> {
    /// A node inside the object or enum.
    pub(super) fn inner(&'a self, node: &'a Outline) -> Place<'a> {
        Place {
            node,
            around: Some(self),
        }
    }
}

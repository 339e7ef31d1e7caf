//! Where a node of an outline stands: the objects and enums around it, which "so many up" counts.

use std::rc::Rc;

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

/// A place that owns what is around it, and so can be kept.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub(super) node: &'a Outline,
    around: Option<Rc<Spot<'a>>>,
}

impl<'a> Spot<'a> {
    pub(super) fn of(place: Place<'a>) -> Self {
        let around = place.around.map(|around| Rc::new(Self::of(around.place)));
        Self {
            node: place.node,
            around,
        }
    }

    /// A node directly inside this one.
    pub(super) fn inside(&self, node: &'a Outline) -> Self {
        let around = match self.node {
            Outline::Object { .. } | Outline::Enum { .. } => Some(Rc::new(self.clone())),
            _ => self.around.clone(),
        };
        Self { node, around }
    }

    /// The spot itself, or the one that it refers to.
    pub(super) fn resolved(&self) -> Self {
        let Outline::Up(count) = self.node else {
            return self.clone();
        };
        let mut spot = self;
        for _ in 0..*count {
            match &spot.around {
                Some(around) => spot = around,
                None => return Self::of(Place::root(&Outline::Any)),
            }
        }
        spot.clone()
    }

    /// Does something at the place.
    pub(super) fn at<R>(&self, act: &mut dyn FnMut(Place<'_>) -> R) -> R {
        match &self.around {
            None => act(Place::root(self.node)),
            Some(around) => around.at(&mut |place| act(place.around().inner(self.node))),
        }
    }
}

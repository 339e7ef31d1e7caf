//! The shapes of the types of std, as serde reads and writes them.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, Saturating, Wrapping};
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use super::{Field, Schema, Shape, Tag, Variant};

macro_rules! is {
    ($($ty:ty = $shape:expr;)*) => {$(
        impl Schema for $ty {
            const SHAPE: &'static Shape = &$shape;
        }
    )*};
}

is! {
    bool = Shape::Bool;
    u8 = int(8, false);
    u16 = int(16, false);
    u32 = int(32, false);
    u64 = int(64, false);
    u128 = int(128, false);
    i8 = int(8, true);
    i16 = int(16, true);
    i32 = int(32, true);
    i64 = int(64, true);
    i128 = int(128, true);
    // As wide as on the machines that stores are on: a payload is read where it was not written.
    usize = int(64, false);
    isize = int(64, true);
    f32 = Shape::Float(32);
    f64 = Shape::Float(64);
    str = Shape::Str;
    String = Shape::Str;
    // A path that is not UTF-8 is refused by serde.
    Path = Shape::Str;
    PathBuf = Shape::Str;
    () = Shape::Unit;
    // A text, but not every text: a value that only some texts or numbers have is a scalar, or generated payloads could not be read.
    char = scalar("char", "\"a\"");
    NonZero<u8> = scalar("nonzero-u8", "1");
    NonZero<u16> = scalar("nonzero-u16", "1");
    NonZero<u32> = scalar("nonzero-u32", "1");
    NonZero<u64> = scalar("nonzero-u64", "1");
    NonZero<u128> = scalar("nonzero-u128", "1");
    NonZero<usize> = scalar("nonzero-u64", "1");
    NonZero<i8> = scalar("nonzero-i8", "-1");
    NonZero<i16> = scalar("nonzero-i16", "-1");
    NonZero<i32> = scalar("nonzero-i32", "-1");
    NonZero<i64> = scalar("nonzero-i64", "-1");
    NonZero<i128> = scalar("nonzero-i128", "-1");
    NonZero<isize> = scalar("nonzero-i64", "-1");
    // Two numbers, of which not every pair is a duration.
    Duration = scalar("duration", r#"{"secs":1,"nanos":500000000}"#);
    SystemTime = scalar("system-time", r#"{"secs_since_epoch":1767225600,"nanos_since_epoch":500000000}"#);
    Ipv4Addr = scalar("ipv4", "\"192.0.2.1\"");
    Ipv6Addr = scalar("ipv6", "\"2001:db8::1\"");
    IpAddr = scalar("ip", "\"192.0.2.1\"");
    SocketAddrV4 = scalar("socket-v4", "\"192.0.2.1:80\"");
    SocketAddrV6 = scalar("socket-v6", "\"[2001:db8::1]:80\"");
    SocketAddr = scalar("socket", "\"192.0.2.1:80\"");
}

const fn int(bits: u8, signed: bool) -> Shape {
    Shape::Int { bits, signed }
}

const fn scalar(name: &'static str, example: &'static str) -> Shape {
    Shape::Scalar { name, example }
}

/// What is stored of these is what is in them.
macro_rules! holds {
    ($($ty:ty),* $(,)?) => {$(
        impl<T: Schema> Schema for $ty {
            const SHAPE: &'static Shape = T::SHAPE;
        }
    )*};
    (unsized: $($ty:ty),* $(,)?) => {$(
        impl<T: Schema + ?Sized> Schema for $ty {
            const SHAPE: &'static Shape = T::SHAPE;
        }
    )*};
}

holds!(Cell<T>, Wrapping<T>, Saturating<T>, Reverse<T>);
holds!(unsized: &T, Box<T>, Rc<T>, Arc<T>, RefCell<T>, Mutex<T>, RwLock<T>);

impl<T: Schema + ToOwned + ?Sized> Schema for Cow<'_, T> {
    const SHAPE: &'static Shape = T::SHAPE;
}

/// serde writes nothing of it.
impl<T: ?Sized> Schema for PhantomData<T> {
    const SHAPE: &'static Shape = &Shape::Unit;
}

impl<T: Schema> Schema for Option<T> {
    const SHAPE: &'static Shape = &Shape::Option(T::SHAPE);
}

macro_rules! list {
    ($($ty:ty;)*) => {$(
        impl<T: Schema> Schema for $ty {
            const SHAPE: &'static Shape = &Shape::List(T::SHAPE);
        }
    )*};
}

list! {
    [T];
    Vec<T>;
    VecDeque<T>;
    LinkedList<T>;
    BinaryHeap<T>;
}

impl<T: Schema> Schema for BTreeSet<T> {
    const SHAPE: &'static Shape = &Shape::Set(T::SHAPE);
}

impl<T: Schema, S> Schema for HashSet<T, S> {
    const SHAPE: &'static Shape = &Shape::Set(T::SHAPE);
}

impl<K: Schema, V: Schema, S> Schema for HashMap<K, V, S> {
    const SHAPE: &'static Shape = &Shape::Map(K::SHAPE, V::SHAPE);
}

impl<K: Schema, V: Schema> Schema for BTreeMap<K, V> {
    const SHAPE: &'static Shape = &Shape::Map(K::SHAPE, V::SHAPE);
}

impl<T: Schema, const N: usize> Schema for [T; N] {
    const SHAPE: &'static Shape = &Shape::Tuple(&[T::SHAPE; N]);
}

macro_rules! tuple {
    ($($name:ident)*) => {
        impl<$($name: Schema),*> Schema for ($($name,)*) {
            const SHAPE: &'static Shape = &Shape::Tuple(&[$($name::SHAPE),*]);
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
tuple!(A B C D E F G H I J K);
tuple!(A B C D E F G H I J K L);
tuple!(A B C D E F G H I J K L M);
tuple!(A B C D E F G H I J K L M N);
tuple!(A B C D E F G H I J K L M N O);
tuple!(A B C D E F G H I J K L M N O P);

macro_rules! object {
    ($($ty:ident: $($key:ident)*;)*) => {$(
        impl<T: Schema> Schema for $ty<T> {
            const SHAPE: &'static Shape = &Shape::Object {
                rust: stringify!($ty),
                fields: &[$(Field::new(stringify!($key), T::SHAPE)),*],
            };
        }
    )*};
}

object! {
    Range: start end;
    RangeInclusive: start end;
    RangeFrom: start;
    RangeTo: end;
}

const fn variant(key: &'static str, shape: Option<&'static Shape>) -> Variant {
    Variant {
        key,
        aliases: &[],
        shape,
    }
}

impl<T: Schema, E: Schema> Schema for Result<T, E> {
    const SHAPE: &'static Shape = &Shape::Enum {
        rust: "Result",
        tag: Tag::External,
        open: false,
        variants: &[variant("Ok", Some(T::SHAPE)), variant("Err", Some(E::SHAPE))],
    };
}

impl<T: Schema> Schema for Bound<T> {
    const SHAPE: &'static Shape = &Shape::Enum {
        rust: "Bound",
        tag: Tag::External,
        open: false,
        variants: &[
            variant("Unbounded", None),
            variant("Included", Some(T::SHAPE)),
            variant("Excluded", Some(T::SHAPE)),
        ],
    };
}

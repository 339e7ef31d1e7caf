//! The types that bring their shape along: each agrees with what serde writes of it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::num::{NonZero, Saturating, Wrapping};
use std::ops::Bound;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use recount::schema::{Schema, Shape};

use crate::kit::{agrees, does_not_fit, fits};

#[test]
fn numbers() {
    macro_rules! each {
        ($($ty:ident)*) => {$(
            agrees(&$ty::MIN);
            agrees(&$ty::MAX);
            agrees(&$ty::MAX.saturating_sub(1));
            agrees(&NonZero::<$ty>::MAX);
            assert_eq!($ty::SHAPE, &Shape::Int { bits: $ty::BITS as u8, signed: $ty::MIN != 0 });
        )*};
    }
    each!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
    agrees(&1.5_f32);
    agrees(&-1.5e300_f64);
    agrees(&Wrapping(7_u8));
    agrees(&Saturating(7_u8));
    agrees(&Reverse(7_u8));
    does_not_fit::<u8>("256");
    does_not_fit::<u8>("-1");
    does_not_fit::<i64>("9223372036854775808");
    does_not_fit::<u32>("1.5");
}

/// What a narrower machine writes, a wider one reads.
#[test]
fn sizes_are_64_bits_wide() {
    assert_eq!((usize::SHAPE, isize::SHAPE), (u64::SHAPE, i64::SHAPE));
}

#[test]
fn texts_and_flags() {
    agrees(&true);
    agrees(&'x');
    agrees(&"x".to_owned());
    agrees::<Box<str>>(&"x".into());
    agrees::<Cow<'static, str>>(&"x".into());
    agrees(&PathBuf::from("a/b"));
    agrees(&());
    agrees(&PhantomData::<String>);
    // A text of one letter is one, and other texts are none.
    assert_ne!(char::SHAPE, String::SHAPE);
    assert_eq!(
        (<&str>::SHAPE, <std::sync::Arc<str>>::SHAPE),
        (String::SHAPE, String::SHAPE)
    );
}

#[test]
fn what_holds_others() {
    agrees(&Some(1_u8));
    agrees(&None::<u8>);
    agrees(&vec![Some(1_u8), None]);
    agrees(&VecDeque::from([1_u8]));
    agrees(&LinkedList::from([1_u8]));
    agrees(&HashSet::from([1_u8]));
    agrees(&BTreeSet::from([1_u8]));
    agrees(&[1_u8, 2, 3]);
    agrees(&[(); 0]);
    agrees(&HashMap::from([("a".to_owned(), 1_u8)]));
    agrees(&BTreeMap::from([(7_u32, vec!["x".to_owned()])]));
    agrees(&BTreeMap::from([(uuid::Uuid::nil(), true)]));
    agrees(&Box::new(1_u8));
    agrees(&Cell::new(1_u8));
    agrees(&RefCell::new(1_u8));
    agrees(&(1_u8,));
    agrees(&(1_u8, "x".to_owned(), None::<()>));
    agrees(&(
        1_u8, 2_u8, 3_u8, 4_u8, 5_u8, 6_u8, 7_u8, 8_u8, 9_u8, 10_u8, 11_u8, 12_u8,
    ));
    assert_eq!(<[u8; 3]>::SHAPE, <(u8, u8, u8)>::SHAPE, "an array is a tuple");
    assert_ne!(<Option<Vec<u8>>>::SHAPE, <Vec<Option<u8>>>::SHAPE);
    assert_eq!(<Box<[u8]>>::SHAPE, <Vec<u8>>::SHAPE);
    does_not_fit::<Vec<u8>>("null");
    does_not_fit::<[u8; 3]>("[1,2]");
    does_not_fit::<BTreeMap<u32, u8>>(r#"{"a":1}"#);
    does_not_fit::<HashMap<String, u8>>(r#"{"a":"1"}"#);
}

/// Types that the compiler alone can compare.
#[test]
fn a_hasher_means_nothing() {
    type Hasher = std::hash::BuildHasherDefault<std::hash::DefaultHasher>;
    assert_eq!(<HashMap<String, u8, Hasher>>::SHAPE, <BTreeMap<String, u8>>::SHAPE);
    assert_eq!(<HashSet<u8, Hasher>>::SHAPE, <BTreeSet<u8>>::SHAPE);
    assert_eq!(<indexmap::IndexSet<u8>>::SHAPE, <BTreeSet<u8>>::SHAPE);
    assert_ne!(
        <BTreeSet<u8>>::SHAPE,
        <Vec<u8>>::SHAPE,
        "a set reads one of what stands twice"
    );
}

#[test]
fn what_serde_makes_structs_and_enums_of() {
    agrees(&Ok::<u8, String>(1));
    agrees(&Err::<u8, String>("x".into()));
    agrees(&(1_u8..2));
    agrees(&(1_u8..=2));
    agrees(&(1_u8..));
    agrees(&(..2_u8));
    agrees(&Bound::Included(1_u8));
    agrees(&Bound::Excluded(1_u8));
    agrees(&Bound::Unbounded::<u8>);
    does_not_fit::<Result<u8, String>>(r#"{"Ok":"x"}"#);
    does_not_fit::<std::ops::Range<u8>>(r#"{"start":1}"#);
}

#[test]
fn scalars() {
    agrees(&Duration::new(1, 5));
    agrees(&SystemTime::UNIX_EPOCH);
    for address in ["192.0.2.1", "2001:db8::1"] {
        agrees::<std::net::IpAddr>(&address.parse().expect("an address"));
    }
    agrees(&std::net::Ipv4Addr::LOCALHOST);
    agrees(&std::net::Ipv6Addr::LOCALHOST);
    agrees::<std::net::SocketAddr>(&"[::1]:80".parse().expect("an address"));
    agrees::<std::net::SocketAddrV4>(&"127.0.0.1:80".parse().expect("an address"));
    agrees::<std::net::SocketAddrV6>(&"[::1]:80".parse().expect("an address"));
    agrees(&uuid::Uuid::max());
    agrees(&serde_json::json!({"a": [1, null]}));
    assert_eq!(serde_json::Value::SHAPE, &Shape::Any);
}

/// What recount gives to handlers, they may put into events.
#[test]
fn values_of_recount() {
    let append = recount::AppendId::new(uuid::Uuid::max());
    agrees(&recount::Timestamp::from_micros(5));
    agrees(&append);
    agrees(&append.event(3));
    agrees(&recount::Version::FIRST);
    agrees(&recount::Position::new(u64::MAX));
    does_not_fit::<recount::Position>("-1");
}

/// Each behind the feature of its name.
#[test]
fn values_of_other_crates() {
    let noon = chrono::DateTime::from_timestamp(1_769_601_600, 5).expect("a time");
    agrees(&noon);
    agrees(&noon.fixed_offset());
    agrees(&noon.naive_utc());
    agrees(&noon.date_naive());
    agrees(&noon.time());
    agrees(&chrono::Weekday::Fri);
    agrees(&chrono::Month::May);

    let noon = jiff::Timestamp::from_second(1_769_601_600).expect("a time");
    let zoned = noon.to_zoned(jiff::tz::offset(1).to_time_zone());
    agrees(&noon);
    agrees(&zoned);
    agrees(&zoned.datetime());
    agrees(&zoned.date());
    agrees(&zoned.time());
    agrees(&jiff::SignedDuration::from_millis(1500));
    // Spans have no `==`: what is one day depends on the day.
    let span = serde_json::to_string(&jiff::Span::new().days(1).hours(2)).expect("a span");
    let Shape::Scalar { example, .. } = jiff::Span::SHAPE else {
        panic!("a scalar")
    };
    assert_eq!(&span, example);

    agrees(&rust_decimal::Decimal::new(150, 2));
    agrees(&semver::Version::new(1, 2, 3));
    agrees(&"^1.2".parse::<semver::VersionReq>().expect("a requirement"));
    agrees(&indexmap::IndexMap::<String, u8>::from_iter([("a".to_owned(), 1)]));
    agrees(&indexmap::IndexSet::<u8>::from_iter([2, 1]));
    fits::<Vec<rust_decimal::Decimal>>(r#"["1.50"]"#);
}

/// A scalar is known by its name alone, so two of another format have two names.
#[test]
fn no_two_scalars_have_one_name() {
    let scalars = [
        char::SHAPE,
        NonZero::<u8>::SHAPE,
        NonZero::<i64>::SHAPE,
        Duration::SHAPE,
        SystemTime::SHAPE,
        std::net::IpAddr::SHAPE,
        std::net::Ipv4Addr::SHAPE,
        std::net::Ipv6Addr::SHAPE,
        std::net::SocketAddr::SHAPE,
        std::net::SocketAddrV4::SHAPE,
        std::net::SocketAddrV6::SHAPE,
        uuid::Uuid::SHAPE,
        recount::Timestamp::SHAPE,
        recount::AppendId::SHAPE,
        recount::EventId::SHAPE,
        <chrono::DateTime<chrono::Utc>>::SHAPE,
        <chrono::DateTime<chrono::FixedOffset>>::SHAPE,
        chrono::NaiveDateTime::SHAPE,
        chrono::NaiveDate::SHAPE,
        chrono::NaiveTime::SHAPE,
        jiff::Timestamp::SHAPE,
        jiff::Zoned::SHAPE,
        jiff::civil::DateTime::SHAPE,
        jiff::civil::Date::SHAPE,
        jiff::civil::Time::SHAPE,
        jiff::Span::SHAPE,
        jiff::SignedDuration::SHAPE,
        rust_decimal::Decimal::SHAPE,
        semver::Version::SHAPE,
        semver::VersionReq::SHAPE,
    ];
    let name = |shape: &Shape| match shape {
        Shape::Scalar { name, .. } => *name,
        other => panic!("{other:?} is no scalar"),
    };
    assert_eq!(scalars.map(name).iter().collect::<HashSet<_>>().len(), scalars.len());
}

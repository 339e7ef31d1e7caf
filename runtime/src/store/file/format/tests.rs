//! The bytes are pinned here: a change of any of them is a change of the format, and old stores could not be read.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by a panic"
)]

use proptest::prelude::*;

use super::bytes::Bytes;
use super::frame::{FrameHeader, FrameKind, FrameRules, NewFrame, Seal, header_len, seal_up};
use super::identity::Identity;
use super::record::{self, EventRecord, First, Place, put_event};
use super::segment::{HeaderPage, SegmentHeader, record_seed};
use super::structural::{StreamDefinition, Structural, TypeDefinition, put_clock};
use super::watermark::{State, Watermark};
use super::{Features, HeaderFault};

const SALT: [u8; 16] = [9; 16];
const RULES: FrameRules = FrameRules {
    salt: SALT,
    chain: true,
    align: 8,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn identity() -> Identity {
    Identity {
        features: Features::default(),
        store: [1; 16],
        epoch: 2,
        name_seed: 3,
        created_us: 4,
        parent_epoch: 5,
        parent_position: 6,
        commit_align: 8,
        chain: true,
    }
}

fn segment() -> SegmentHeader {
    SegmentHeader {
        features: Features::default(),
        segment: 7,
        store: [1; 16],
        epoch: 2,
        salt: SALT,
        first_position: 100,
        first_frame_seq: 50,
        capacity: 1 << 20,
        created_us: 4,
        prev_end: 8192,
        prev_frame_id: [5; 16],
        prev_chain: [6; 32],
        next_stream: 11,
        next_type: 17,
        chain: true,
        commit_align: 8,
    }
}

/// One stream, one type, a clock that went back, and an append of two events: everything that a data frame holds.
fn frame() -> (Vec<u8>, FrameHeader) {
    let seed = record_seed(&SALT);
    let mut bytes = vec![0; header_len(true)];
    put_clock(&mut bytes, seed, -1);
    StreamDefinition {
        number: 1,
        base: 3,
        previous_segment: 2,
        category: "account",
        id: "acc-1",
    }
    .put(&mut bytes, seed);
    TypeDefinition {
        number: 16,
        schema: 2,
        floor: 1,
        codec: 1,
        name: "account.opened",
    }
    .put(&mut bytes, seed);
    let at = u32::try_from(bytes.len()).expect("a short frame");
    let first = First {
        append: [7; 16],
        count: 2,
        ordinal: 0,
        frame_back: at,
        key: Some((b"req-7", [8; 16])),
        shared: b"{}",
    };
    let event = EventRecord {
        stream: 1,
        version: 1,
        type_number: 16,
        last: false,
        place: Place::First(first),
        metadata: b"own",
        payload: b"{\"owner\":\"Ada\"}",
    };
    put_event(&mut bytes, seed, &event);
    let back = u32::try_from(bytes.len()).expect("a short frame") - at;
    put_event(
        &mut bytes,
        seed,
        &EventRecord {
            version: 2,
            last: true,
            place: Place::Back(back),
            metadata: b"",
            payload: b"",
            ..event
        },
    );
    let new = NewFrame {
        kind: FrameKind::Data,
        offset: 4096,
        seq: 50,
        first_position: 100,
        event_count: 2,
        time_us: 1_000,
        previous: [5; 16],
        previous_chain: [6; 32],
    };
    let header = seal_up(&mut bytes, new, RULES).expect("a short frame");
    (bytes, header)
}

#[test]
fn golden_identity() {
    let bytes = identity().encode();
    assert_eq!(bytes.len(), 4096 + 128);
    assert_eq!(hex(&bytes[..128]), include_str!("golden/store.hex").trim());
    assert_eq!(bytes[..128], bytes[4096..]);
    assert_eq!(Identity::decode(&bytes), Ok(identity()));
}

#[test]
fn golden_segment_header() {
    let bytes = segment().encode();
    assert_eq!(bytes.len(), 4096);
    assert_eq!(hex(&bytes[..256]), include_str!("golden/segment.hex").trim());
    assert_eq!(bytes[..256], bytes[2048..2304]);
    assert_eq!(
        SegmentHeader::read_page(&bytes),
        HeaderPage::Used {
            header: segment(),
            damaged: false
        }
    );
    assert_eq!(SegmentHeader::read_page(&[0; 4096]), HeaderPage::Spare);
}

#[test]
fn golden_frame() {
    let (bytes, header) = frame();
    assert_eq!(hex(&bytes), include_str!("golden/frame.hex").trim());
    assert_eq!(FrameHeader::decode(&bytes, 4096, RULES), Ok(header));
    assert_eq!(header.end(RULES), 4096 + bytes.len() as u64);
    let body = header
        .check_body(&bytes[header_len(true)..])
        .expect("the body that was hashed");
    header
        .check_chain(&[6; 32], &bytes, body)
        .expect("the chain that was made");
    let mut rest = Bytes::new(body);
    let mut next = || record::next(&mut rest, record_seed(&SALT)).expect("a record");
    assert_eq!(Structural::read(&next()), Ok(Structural::Clock(-1)));
    let stream = StreamDefinition {
        number: 1,
        base: 3,
        previous_segment: 2,
        category: "account",
        id: "acc-1",
    };
    assert_eq!(Structural::read(&next()), Ok(Structural::Stream(stream)));
    let ty = TypeDefinition {
        number: 16,
        schema: 2,
        floor: 1,
        codec: 1,
        name: "account.opened",
    };
    assert_eq!(Structural::read(&next()), Ok(Structural::Type(ty)));
    // A record with an idempotency key, which this version never writes, is read and its payload found behind it.
    let first = next().event().expect("an event");
    assert_eq!(
        (first.payload, first.metadata),
        (&b"{\"owner\":\"Ada\"}"[..], &b"own"[..])
    );
    assert!(matches!(
        first.place,
        Place::First(First {
            key: Some((b"req-7", _)),
            shared: b"{}",
            ..
        })
    ));
    assert_eq!(next().event().map(|event| (event.last, event.version)), Ok((true, 2)));
    assert!(rest.rest().is_empty());
}

#[test]
fn golden_watermark() {
    let mark = Watermark {
        state: State::Clean,
        slot_seq: 3,
        store: [1; 16],
        epoch: 2,
        segment: 7,
        start: 4096,
        end: 4600,
        frame_seq: 50,
        last_position: 101,
        frame_id: [5; 16],
        chain: [6; 32],
    };
    assert_eq!(hex(&mark.encode()), include_str!("golden/watermark.hex").trim());
    assert_eq!(Watermark::decode(&mark.encode()), Ok(mark));
}

#[test]
fn a_newer_format_is_told_from_damage() {
    let newer = Identity {
        features: Features {
            compat: 1,
            ro_compat: 0,
            incompat: 4,
        },
        ..identity()
    };
    assert_eq!(
        Identity::decode(&newer.encode()),
        Err(HeaderFault::TooNew { format: 1, features: 4 })
    );
    // What is marked as harmless is.
    let harmless = Identity {
        features: Features {
            compat: 1,
            ..Features::default()
        },
        ..identity()
    };
    assert_eq!(Identity::decode(&harmless.encode()), Ok(harmless));
    let newer = SegmentHeader {
        features: Features {
            ro_compat: 2,
            ..Features::default()
        },
        ..segment()
    };
    let fault = HeaderFault::TooNew { format: 1, features: 2 };
    assert_eq!(SegmentHeader::read_page(&newer.encode()), HeaderPage::Unreadable(fault));
}

#[test]
fn one_damaged_header_is_survived_and_two_are_not() {
    for at in 0..256 {
        let mut page = segment().encode();
        page[at] ^= 0x10;
        assert_eq!(
            SegmentHeader::read_page(&page),
            HeaderPage::Used {
                header: segment(),
                damaged: true
            }
        );
        page[2048 + at] ^= 0x10;
        assert!(matches!(SegmentHeader::read_page(&page), HeaderPage::Unreadable(_)));
    }
}

#[test]
fn every_flipped_bit_of_a_frame_is_noticed() {
    let (bytes, _) = frame();
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let read =
            FrameHeader::decode(&bytes, 4096, RULES).and_then(|frame| frame.check_body(&bytes[128..]).map(|_| ()));
        assert!(read.is_err(), "bit {bit}");
    }
}

#[test]
fn a_frame_is_bound_to_its_place_and_its_segment() {
    let (bytes, _) = frame();
    assert!(FrameHeader::decode(&bytes, 8192, RULES).is_err());
    assert!(FrameHeader::decode(&bytes, 4096, FrameRules { salt: [8; 16], ..RULES }).is_err());
    assert!(FrameHeader::decode(&bytes, 4096, FrameRules { chain: false, ..RULES }).is_err());
}

#[test]
fn a_seal_comes_back() {
    let seal = Seal {
        events: 1,
        streams: 2,
        first_time_us: -3,
        last_time_us: 4,
    };
    let mut body = Vec::new();
    seal.encode(&mut body);
    assert_eq!(Seal::decode(&body), Ok(seal));
    body.push(0);
    assert!(Seal::decode(&body).is_err());
}

prop_compose! {
    fn bytes_up_to(len: usize)(bytes in proptest::collection::vec(any::<u8>(), 0..=len)) -> Vec<u8> { bytes }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_come_back_equal(
        stream in 1u32.., version in 1u32.., type_number in 16u16.., last: bool, seed: u32,
        (count, ordinal, frame_back) in any::<(u32, u32, u32)>(),
        append: [u8; 16], key in proptest::option::of((bytes_up_to(255), any::<[u8; 16]>())),
        shared in bytes_up_to(300), metadata in bytes_up_to(300), payload in bytes_up_to(600), is_first: bool,
    ) {
        let key = key.as_ref().map(|(key, fingerprint)| (key.as_slice(), *fingerprint));
        let first = First { append, count, ordinal, frame_back, key, shared: &shared };
        let place = if is_first { Place::First(first) } else { Place::Back(ordinal) };
        let event = EventRecord { stream, version, type_number, last, place, metadata: &metadata, payload: &payload };
        let mut body = Vec::new();
        put_event(&mut body, seed, &event);
        let mut bytes = Bytes::new(&body);
        let record = record::next(&mut bytes, seed).expect("the record that was written");
        prop_assert_eq!(record.event(), Ok(event));
        prop_assert!(bytes.rest().is_empty());
        // The checksum starts from the salt: a record of another segment is no record here.
        prop_assert!(record::next(&mut Bytes::new(&body), seed ^ 1).is_err());
        let room = record::event_room(payload.len(), metadata.len());
        let room = room + key.map_or(0, |(key, _)| record::key_room(key.len()));
        prop_assert!(body.len() <= room + 2 + shared.len());
    }

    #[test]
    fn frames_come_back_equal(body in bytes_up_to(400), chain: bool, align in proptest::sample::select(vec![8u32, 512, 4096]), seq: u64, time_us: i64) {
        let rules = FrameRules { salt: SALT, chain, align };
        let mut bytes = vec![0; header_len(chain)];
        bytes.extend_from_slice(&body);
        let new = NewFrame {
            kind: FrameKind::Data, offset: 4096, seq, first_position: 1, event_count: 0, time_us,
            previous: [1; 16], previous_chain: [2; 32],
        };
        let header = seal_up(&mut bytes, new, rules).expect("a short frame");
        prop_assert_eq!(bytes.len() % align as usize, 0);
        prop_assert_eq!(FrameHeader::decode(&bytes, 4096, rules), Ok(header));
        prop_assert_eq!(header.check_body(&bytes[header_len(chain)..]), Ok(body.as_slice()));
    }

    #[test]
    fn random_bytes_are_refused_without_a_panic(bytes in bytes_up_to(5000), seed: u32) {
        let _any = Identity::decode(&bytes);
        let _any = Watermark::decode(&bytes);
        let _any = SegmentHeader::read_page(&bytes);
        let _any = Seal::decode(&bytes);
        prop_assert!(FrameHeader::decode(&bytes, 4096, RULES).is_err());
        prop_assert!(record::next(&mut Bytes::new(&bytes), seed).is_err());
    }

    /// Content that passes its checksum may still be anything: another program may have written it.
    #[test]
    fn sound_checksums_over_random_content_do_no_harm(content in bytes_up_to(100), number: u32, kind in 0u16..40, flags in 0u16..128) {
        let mut body = Vec::new();
        body.extend_from_slice(&u32::try_from(content.len()).expect("short").to_le_bytes());
        let mut rest = Vec::new();
        rest.extend_from_slice(&number.to_le_bytes());
        rest.extend_from_slice(&0u32.to_le_bytes());
        rest.extend_from_slice(&kind.to_le_bytes());
        rest.extend_from_slice(&flags.to_le_bytes());
        rest.extend_from_slice(&content);
        let mut crc = crc32fast::Hasher::new_with_initial(3);
        crc.update(&body);
        crc.update(&rest);
        body.extend_from_slice(&crc.finalize().to_le_bytes());
        body.extend_from_slice(&rest);
        if let Ok(record) = record::next(&mut Bytes::new(&body), 3) {
            let _any = record.event();
            let _any = Structural::read(&record);
        }
    }
}

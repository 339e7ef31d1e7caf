//! The numbers of JSON as texts: which whole numbers fit where, and which floats lose digits.

/// Such as `u8`.
pub(super) fn name(bits: u8, signed: bool) -> String {
    format!("{}{bits}", if signed { 'i' } else { 'u' })
}

/// The least and the greatest whole number of that many bits: the least as it is, the greatest without a sign.
pub(super) fn range(bits: u8, signed: bool) -> (i128, u128) {
    let bits = u32::from(bits).clamp(1, 128);
    match signed {
        true => (i128::MIN >> (128 - bits), u128::MAX >> (129 - bits)),
        false => (0, u128::MAX >> (128 - bits)),
    }
}

/// Whether serde reads the text of a number as a whole number of that many bits.
pub(super) fn is_int(number: &str, bits: u8, signed: bool) -> bool {
    let (least, greatest) = range(bits, signed);
    match (number.parse::<u128>(), number.parse::<i128>()) {
        (Ok(number), _) => number <= greatest,
        (_, Ok(number)) => number >= least,
        _ => false,
    }
}

/// The number as a float of that many bits writes it.
pub(super) fn rounded(number: &str, bits: u8) -> String {
    let written = match bits {
        32 => number.parse::<f32>().map(|float| format!("{float:?}")),
        _ => number.parse::<f64>().map(|float| format!("{float:?}")),
    };
    written.unwrap_or_else(|_| number.to_owned())
}

/// Whether a float of that many bits is another number than the text says.
pub(super) fn is_blurred(number: &str, bits: u8) -> bool {
    // The shortest text that means the float says the same number as the text that was read, or digits are gone.
    let shortest = match bits {
        32 => number.parse::<f32>().map(|float| float.to_string()),
        _ => number.parse::<f64>().map(|float| float.to_string()),
    };
    match (shortest, number.parse::<u128>(), number.parse::<i128>()) {
        (Ok(shortest), Ok(number), _) => shortest != number.to_string(),
        (Ok(shortest), _, Ok(number)) => shortest != number.to_string(),
        (Ok(shortest), ..) => shortest.parse::<f64>() != number.parse::<f64>(),
        (Err(_), ..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_digits() {
        assert_eq!(range(8, true), (-128, 127));
        assert_eq!(range(8, false), (0, 255));
        assert_eq!(range(128, true), (i128::MIN, i128::MAX.unsigned_abs()));
        assert_eq!(range(128, false), (0, u128::MAX));
        assert!(is_int("255", 8, false) && !is_int("256", 8, false) && !is_int("-1", 8, false));
        assert!(is_int("-128", 8, true) && !is_int("-129", 8, true) && !is_int("1.0", 8, true));
        assert!(is_int(&u128::MAX.to_string(), 128, false) && !is_int(&u128::MAX.to_string(), 128, true));
        assert!(!is_blurred("9007199254740992", 64) && is_blurred("9007199254740993", 64));
        assert!(!is_blurred("16777216", 32) && is_blurred("-16777217", 32));
        assert!(!is_blurred("0.1", 32) && is_blurred("0.1234567890123", 32) && !is_blurred("0.1234567890123", 64));
        assert!(is_blurred("1e300", 32) && !is_blurred("1e300", 64) && !is_blurred("-0.5", 32));
    }
}

//! EPC binary strings of serialised trade items (EPC Tag Data Standard, section 14.6.1).

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::bits::Bits;
use super::{CompressedError, Decompressed};
use crate::{check_digit, Ai, Elements, Rules};

const SGTIN_96: u8 = 0x30;
const SGTIN_198: u8 = 0x36;

/// For each partition, the bits and the digits of the company prefix; those of the item reference make 44 bits and 13
/// digits of it.
const PARTITIONS: [(usize, usize); 7] = [(40, 12), (37, 11), (34, 10), (30, 9), (27, 8), (24, 7), (20, 6)];

const KEY_BITS: usize = 44;
const KEY_DIGITS: usize = 13;

pub(super) fn read(mut bits: Bits, rules: &Rules) -> Result<Decompressed, CompressedError> {
    let header = bits.byte()?;
    let serial_is_text = match header {
        SGTIN_96 => false,
        SGTIN_198 => true,
        _ => return Err(CompressedError::EpcScheme { header }),
    };
    let _filter = bits.number(3)?;
    let partition = usize::try_from(bits.number(3)?).unwrap_or(usize::MAX);
    let (prefix_bits, prefix_digits) = *PARTITIONS.get(partition).ok_or(CompressedError::Epc)?;
    let item_digits = KEY_DIGITS.saturating_sub(prefix_digits);
    let prefix = number(&mut bits, prefix_bits, prefix_digits)?;
    let item = number(&mut bits, KEY_BITS.saturating_sub(prefix_bits), item_digits)?;
    // The first digit of the item reference is the indicator, which stands before the prefix.
    let (indicator, item) = item.split_at_checked(1).ok_or(CompressedError::Epc)?;
    let key = format!("{indicator}{prefix}{item}");
    let payload = key.parse::<u64>().map_err(|_| CompressedError::Epc)?;
    let gtin = format!("{key}{}", check_digit(payload));
    let serial = if serial_is_text { text(&mut bits)? } else { bits.number(38)?.to_string().into_bytes() };
    bits.ensure_filled()?;
    let mut elements = Elements::default();
    elements.push(Ai::GTIN, gtin.as_bytes(), rules)?;
    elements.push(Ai::SERIAL, &serial, rules)?;
    Ok(Decompressed { elements, parameters: Vec::new() })
}

/// A number with its leading zeros.
fn number(bits: &mut Bits, width: usize, digits: usize) -> Result<alloc::string::String, CompressedError> {
    let text = format!("{:0digits$}", bits.number(width)?);
    (text.len() == digits).then_some(text).ok_or(CompressedError::Epc)
}

/// Twenty characters of seven bits; zeros fill what the serial does not.
fn text(bits: &mut Bits) -> Result<Vec<u8>, CompressedError> {
    let mut serial = Vec::new();
    let mut ended = false;
    for _ in 0..20 {
        let character = u8::try_from(bits.number(7)?).unwrap_or_default();
        match (character, ended) {
            (0, _) => ended = true,
            (_, true) => return Err(CompressedError::Epc),
            (character, false) => serial.push(character),
        }
    }
    Ok(serial)
}

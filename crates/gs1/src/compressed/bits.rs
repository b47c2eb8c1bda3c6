//! A cursor over the bits of a segment.

use alloc::vec::Vec;

use super::{table, CompressedError};

/// The URI-safe alphabet of RFC 4648 section 5.
const BASE_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bits of a segment, four or six in each character.
pub(super) struct Bits {
    /// The value of each character.
    values: Vec<u8>,
    width: usize,
    position: usize,
}

impl Bits {
    pub(super) fn base64(text: &[u8]) -> Result<Self, CompressedError> {
        Self::new(text, 6, |byte| {
            let value = BASE_64.iter().position(|letter| *letter == byte)?;
            u8::try_from(value).ok()
        })
    }

    /// Lower case, as the standard has it.
    pub(super) fn hexadecimal(text: &[u8]) -> Result<Self, CompressedError> {
        Self::new(text, 4, |byte| match byte {
            b'0'..=b'9' => byte.checked_sub(b'0'),
            b'a'..=b'f' => byte.checked_sub(b'a' - 10),
            _ => None,
        })
    }

    fn new(text: &[u8], width: usize, value: fn(u8) -> Option<u8>) -> Result<Self, CompressedError> {
        let values = text
            .iter()
            .enumerate()
            .map(|(position, byte)| value(*byte).ok_or(CompressedError::Character { position }));
        Ok(Self { values: values.collect::<Result<_, _>>()?, width, position: 0 })
    }

    /// How many bits are left.
    pub(super) fn left(&self) -> usize {
        self.values.len().saturating_mul(self.width).saturating_sub(self.position)
    }

    fn bit(&mut self) -> Result<bool, CompressedError> {
        let index = self.position.checked_div(self.width).unwrap_or_default();
        let within = self.position.checked_rem(self.width).unwrap_or_default();
        let value = self.values.get(index).ok_or(CompressedError::Truncated)?;
        self.position = self.position.saturating_add(1);
        let shift = self.width.saturating_sub(1).saturating_sub(within);
        Ok(value >> shift & 1 == 1)
    }

    /// A number of up to 64 bits.
    pub(super) fn number(&mut self, bits: usize) -> Result<u64, CompressedError> {
        let mut number = 0_u64;
        for _ in 0..bits.min(64) {
            number = number << 1 | u64::from(self.bit()?);
        }
        Ok(number)
    }

    pub(super) fn byte(&mut self) -> Result<u8, CompressedError> {
        Ok(u8::try_from(self.number(8)?).unwrap_or_default())
    }

    /// The length of a text, with as many bits as the greatest length needs.
    pub(super) fn length(&mut self, most: u8) -> Result<u8, CompressedError> {
        let bits = usize::try_from(u8::BITS.saturating_sub(most.leading_zeros())).unwrap_or_default();
        let length = u8::try_from(self.number(bits)?).unwrap_or(u8::MAX);
        (length <= most).then_some(length).ok_or(CompressedError::Encoding)
    }

    /// Decimal digits, packed into one binary number. Leading zeros come back, which the reference loses in texts.
    pub(super) fn digits(&mut self, count: u8, out: &mut Vec<u8>) -> Result<(), CompressedError> {
        let mut digits = alloc::vec![0_u8; usize::from(count)];
        for _ in 0..bits_of_digits(count) {
            let mut carry = u8::from(self.bit()?);
            for digit in digits.iter_mut().rev() {
                let doubled = digit.saturating_mul(2).saturating_add(carry);
                carry = u8::from(doubled >= 10);
                *digit = doubled % 10;
            }
            if carry > 0 {
                return Err(CompressedError::Number);
            }
        }
        out.extend(digits.iter().map(|digit| b'0'.saturating_add(*digit)));
        Ok(())
    }

    /// A text in one of the encodings.
    pub(super) fn text(
        &mut self,
        encoding: u64,
        count: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), CompressedError> {
        let bits = match encoding {
            table::DIGITS => return self.digits(count, out),
            table::LOWER_HEX | table::UPPER_HEX => 4,
            table::BASE_64 => 6,
            table::ASCII => 7,
            _ => return Err(CompressedError::Encoding),
        };
        for _ in 0..count {
            let value = self.byte_of(bits)?;
            out.push(match encoding {
                table::LOWER_HEX => hex_digit(value).to_ascii_lowercase(),
                table::UPPER_HEX => hex_digit(value),
                table::BASE_64 => BASE_64.get(usize::from(value)).copied().unwrap_or_default(),
                _ => value,
            });
        }
        Ok(())
    }

    fn byte_of(&mut self, bits: usize) -> Result<u8, CompressedError> {
        Ok(u8::try_from(self.number(bits)?).unwrap_or_default())
    }

    /// What is left must be zeros that fill the last character.
    pub(super) fn ensure_filled(&mut self) -> Result<(), CompressedError> {
        let left = self.left();
        if left >= self.width || self.number(left)? != 0 {
            return Err(CompressedError::Trailing);
        }
        Ok(())
    }
}

/// How many bits a number of so many digits has: ⌈digits · log2(10) + 0.01⌉.
fn bits_of_digits(count: u8) -> u64 {
    // In thousand-millionths, which are fine enough for every count.
    let exact = u64::from(count).saturating_mul(3_321_928_095).saturating_add(10_000_000);
    exact.div_ceil(1_000_000_000)
}

fn hex_digit(value: u8) -> u8 {
    b"0123456789ABCDEF".get(usize::from(value)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_width_of_numbers_is_the_one_of_the_reference() {
        for digits in 0..=u8::MAX {
            let there = (f64::from(digits) * 10_f64.ln() / 2_f64.ln() + 0.01).ceil();
            assert_eq!(bits_of_digits(digits).to_string(), there.to_string(), "{digits}");
        }
    }

    #[test]
    fn a_number_that_has_more_digits_than_its_count_is_refused() {
        // Two digits have seven bits, which go to 127.
        let mut bits = Bits::base64(b"__").unwrap();
        assert_eq!(bits.digits(2, &mut Vec::new()), Err(CompressedError::Number));
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let mut bits = Bits::base64(b"A").unwrap();
        assert_eq!(bits.number(7), Err(CompressedError::Truncated));
        assert!(matches!(Bits::base64(b"AB=="), Err(CompressedError::Character { position: 2 })));
        assert!(matches!(Bits::hexadecimal(b"3A"), Err(CompressedError::Character { position: 1 })));
    }
}

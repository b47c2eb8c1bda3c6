//! The numbers of the IFA coding system, which packs in Germany carry: PZN, PPN and NTIN (IFA, *Technical Information on
//! the PZN, PPN and NTIN*).

use core::fmt;

use crate::key::number;
use crate::{check_digit, Gtin};

/// A Pharmazentralnummer: the eight digits by which a pack is known in Germany.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pzn(u32);

/// Why a PZN or PPN was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IfaError {
    /// A PZN has eight digits, a PPN 12, of which the first two are 11.
    #[error("a PZN has 8 digits, and a PPN is 11, a PZN and two check digits; compare it with the print")]
    Length,
    /// A check digit does not belong to the digits before it.
    #[error("the check digits are wrong; a digit is mistyped or misread")]
    CheckDigit,
}

impl Pzn {
    const DIGITS: usize = 8;

    /// Reads the PZN from its digits, of which the last one is a check digit by modulo 11.
    pub fn from_digits(digits: &[u8]) -> Result<Self, IfaError> {
        if digits.len() != Self::DIGITS || !digits.iter().all(u8::is_ascii_digit) {
            return Err(IfaError::Length);
        }
        let values = || digits.iter().map(|digit| u32::from(digit.wrapping_sub(b'0')));
        // At most 7 × 9 × 28.
        let sum: u32 = (1_u32..8).zip(values()).map(|(weight, digit)| weight.saturating_mul(digit)).sum();
        // A remainder of 10 is not a digit, and such numbers are not assigned.
        if values().next_back() != Some(sum % 11) {
            return Err(IfaError::CheckDigit);
        }
        Ok(Self(values().fold(0, |number, digit| number.saturating_mul(10).saturating_add(digit))))
    }

    /// The PZN in a PPN: `11`, the PZN, and two check digits by modulo 97.
    pub fn from_ppn(ppn: &[u8]) -> Result<Self, IfaError> {
        const GERMANY: &[u8] = b"11";
        let pzn = ppn.strip_prefix(GERMANY).and_then(|rest| rest.strip_suffix(rest.get(Self::DIGITS..)?));
        let (pzn, check) = pzn.zip(ppn.get(PPN_DIGITS.saturating_sub(2)..)).ok_or(IfaError::Length)?;
        let found = number(check).ok().filter(|_| check.len() == 2).ok_or(IfaError::Length)?;
        let pzn = Self::from_digits(pzn)?;
        let weighed = (2_u64..).zip(ppn.iter().take(PPN_DIGITS.saturating_sub(2)));
        // At most 10 × 11 × 57.
        let sum: u64 = weighed.map(|(weight, byte)| weight.saturating_mul(u64::from(*byte))).sum();
        if sum % 97 == found {
            Ok(pzn)
        } else {
            Err(IfaError::CheckDigit)
        }
    }

    /// The PZN in an NTIN, a GTIN that begins with 04150.
    #[must_use]
    pub fn of_ntin(gtin: Gtin) -> Option<Self> {
        let value = gtin.value();
        let mut digits = [b'0'; Self::DIGITS];
        let mut rest = value / 10;
        for digit in digits.iter_mut().rev() {
            *digit = b'0'.wrapping_add(u8::try_from(rest % 10).ok()?);
            rest /= 10;
        }
        (rest == NTIN).then(|| Self::from_digits(&digits).ok()).flatten()
    }

    /// The NTIN of this PZN: the GTIN by which packs with a GS1 DataMatrix carry it.
    #[must_use]
    pub fn ntin(self) -> Option<Gtin> {
        let payload = NTIN.checked_mul(100_000_000)?.checked_add(self.0.into())?;
        let check = u64::from(check_digit(payload));
        Gtin::new(payload.checked_mul(10)?.checked_add(check)?).ok()
    }
}

/// 11, PZN, and two check digits.
pub(crate) const PPN_DIGITS: usize = 12;

/// The prefix of GS1 Germany for the IFA.
const NTIN: u64 = 4150;

impl fmt::Display for Pzn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_check_digits_are_those_of_the_specification() {
        // The example of the IFA's specification.
        let pzn = Pzn::from_ppn(b"111234567842").unwrap();
        assert_eq!(pzn, Pzn::from_digits(b"12345678").unwrap());
        assert_eq!(pzn.to_string(), "12345678");
        assert_eq!(Pzn::from_digits(b"12345679"), Err(IfaError::CheckDigit));
        assert_eq!(Pzn::from_ppn(b"111234567843"), Err(IfaError::CheckDigit));
        assert_eq!(Pzn::from_ppn(b"111234568742"), Err(IfaError::CheckDigit));
        for wrong in [
            &b""[..],
            b"11",
            b"1112345678",
            b"121234567842",
            b"11123456784",
            b"1112345678422",
            b"1112345678a2",
        ] {
            assert_eq!(Pzn::from_ppn(wrong), Err(IfaError::Length), "{wrong:?}");
        }
        for wrong in [&b""[..], b"1234567", b"123456789", b"1234567a"] {
            assert_eq!(Pzn::from_digits(wrong), Err(IfaError::Length));
        }
    }

    #[test]
    fn a_pzn_and_its_ntin_are_one_pack() {
        let pzn = Pzn::from_digits(b"12345678").unwrap();
        let ntin = pzn.ntin().unwrap();
        assert!(ntin.to_string().starts_with("0415012345678"));
        assert_eq!(Pzn::of_ntin(ntin), Some(pzn));
        assert_eq!(Pzn::of_ntin("09506000134352".parse().unwrap()), None);
        assert_eq!(Pzn::of_ntin(Gtin::new(0).unwrap()), None);
        // The prefix alone does not make an NTIN.
        let payload = 415_012_345_679;
        let other = Gtin::new(payload * 10 + u64::from(check_digit(payload))).unwrap();
        assert_eq!(Pzn::of_ntin(other), None);
    }
}

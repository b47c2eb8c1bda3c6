//! Identification keys: check digits, check characters and company prefixes.

use super::characters::all;
use super::numbers::digits;
use super::{codes, Fault, LintError, PrefixStatus, Rules};

/// A key is at most 18 digits, but the rule works for any number of them (GenSpecs 7.9.1).
pub(super) fn check_digit(value: &[u8]) -> Result<(), Fault> {
    digits(value)?;
    let Some((last, payload)) = value.split_last() else {
        return Err(Fault::whole(value, LintError::TooShortForCheckDigit));
    };
    if check_digit_of(payload) == last.wrapping_sub(b'0') {
        return Ok(());
    }
    Err(Fault::new(LintError::IncorrectCheckDigit, payload.len(), 1))
}

/// The check digit, 0 to 9, that belongs to ASCII digits.
pub(crate) fn check_digit_of(payload: &[u8]) -> u8 {
    let weights = [3u32, 1].into_iter().cycle();
    // Each term is at most 27: the sum of an input of any length that is read is far below 2^32.
    let sum =
        payload.iter().rev().zip(weights).fold(0u32, |sum, (digit, weight)| {
            sum.wrapping_add(u32::from(digit & 0x0F).wrapping_mul(weight))
        });
    let last = u8::try_from(sum % 10).unwrap_or_default();
    10u8.wrapping_sub(last) % 10
}

const WEIGHTS: usize = 97;

/// The first primes: the weights of characters before a check pair, from the right (GenSpecs 7.9.5).
static PRIMES: [u16; WEIGHTS] = primes();

#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)] // Evaluated by the compiler, which refuses overflow.
const fn primes() -> [u16; WEIGHTS] {
    let mut primes = [0; WEIGHTS];
    let (mut found, mut candidate) = (0, 2);
    while found < WEIGHTS {
        let mut divisor = 0;
        while divisor < found && candidate % primes[divisor] != 0 {
            divisor += 1;
        }
        if divisor == found {
            primes[found] = candidate;
            found += 1;
        }
        candidate += 1;
    }
    primes
}

/// The 32 characters of check pairs, in the order of their values.
const CSET32: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The value of a character of set 82: its position in the set.
const fn cset82_value(byte: u8) -> u8 {
    match byte {
        b'!' | b'"' => byte.wrapping_sub(b'!'),
        b'%'..=b'?' => byte.wrapping_sub(b'%').wrapping_add(2),
        b'A'..=b'Z' => byte.wrapping_sub(b'A').wrapping_add(29),
        b'_' => 55,
        _ => byte.wrapping_sub(b'a').wrapping_add(56),
    }
}

pub(super) fn check_pair(value: &[u8]) -> Result<(), Fault> {
    let Some((payload, pair)) = value.len().checked_sub(2).and_then(|at| value.split_at_checked(at)) else {
        return Err(Fault::whole(value, LintError::TooShortForCheckPair));
    };
    if payload.len() > WEIGHTS {
        return Err(Fault::whole(value, LintError::TooLongForCheckPairImplementation));
    }
    all(payload, crate::is_cset82, LintError::InvalidCset82Character)?;
    let sum = payload.iter().rev().zip(PRIMES).fold(0u32, |sum, (byte, prime)| {
        // 97 characters of at most 81 times 509 are far below 2^32.
        sum.wrapping_add(u32::from(cset82_value(*byte)).wrapping_mul(prime.into()))
    }) % 1021;
    let character = |value: u32| CSET32.get(usize::try_from(value).unwrap_or(usize::MAX)).copied();
    if character(sum >> 5) == pair.first().copied() && character(sum & 31) == pair.last().copied() {
        return Ok(());
    }
    Err(Fault::new(LintError::IncorrectCheckPair, payload.len(), 2))
}

/// Minimum number of digits of a GS1 Company Prefix.
const SHORTEST_PREFIX: usize = 4;

pub(super) fn company_prefix(value: &[u8], rules: &Rules) -> Result<(), Fault> {
    let Some(start) = value.get(..SHORTEST_PREFIX) else {
        return Err(Fault::whole(value, LintError::TooShortForGcp));
    };
    if let Err(Fault { start, length, .. }) = digits(start) {
        return Err(Fault::new(LintError::InvalidGcpPrefix, start, length));
    }
    let status = rules.register.map_or(PrefixStatus::Allocated, |register| register(value));
    match status {
        PrefixStatus::Allocated => Ok(()),
        PrefixStatus::NotAllocated => Err(Fault::whole(value, LintError::InvalidGcpPrefix)),
        PrefixStatus::Offline => Err(Fault::whole(value, LintError::GcpDatasourceOffline)),
    }
}

pub(super) fn company_prefix_from_second(value: &[u8], rules: &Rules) -> Result<(), Fault> {
    match value {
        [] | [_] => Err(Fault::whole(value, LintError::TooShortForGcp)),
        [_, rest @ ..] => company_prefix(rest, rules).map_err(|fault| fault.moved_by(1)),
    }
}

/// Maximum length of an IBAN (ISO 13616). One of fewer than 11 characters has no room for a bank.
const IBAN: core::ops::RangeInclusive<usize> = 11..=34;

pub(super) fn iban(value: &[u8]) -> Result<(), Fault> {
    if value.len() < *IBAN.start() {
        return Err(Fault::whole(value, LintError::IbanTooShort));
    }
    if value.len() > *IBAN.end() {
        return Err(Fault::whole(value, LintError::IbanTooLong));
    }
    let (country, rest) = value.split_at(2);
    if !codes::is_country(country) {
        return Err(Fault::whole(country, LintError::IllegalIbanCountryCode));
    }
    let allowed = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    all(rest, allowed, LintError::InvalidIbanCharacter).map_err(|fault| fault.moved_by(2))?;
    let (start, account) = value.split_at(4);
    // Letters count as two digits, A as 10; the number modulo 97 must be 1 (ISO 7064).
    let remainder = account.iter().chain(start).fold(0u32, |sum, byte| {
        let (shift, value) = match byte {
            b'0'..=b'9' => (10, byte.wrapping_sub(b'0')),
            _ => (100, byte.wrapping_sub(b'A').wrapping_add(10)),
        };
        sum.wrapping_mul(shift).wrapping_add(value.into()) % 97
    });
    if remainder == 1 {
        return Ok(());
    }
    Err(Fault::new(LintError::IncorrectIbanChecksum, 2, 2))
}

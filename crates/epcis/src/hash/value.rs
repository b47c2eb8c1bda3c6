//! Values in canonical form: numbers and times.

use jiff::Timestamp;

/// A number as the reference writes it: as a double, whole ones without fraction. Texts that are not a number stay.
///
/// The reference is Python: `float` reads the text, `str` writes it. Infinite numbers stay as they are.
pub(super) fn double(text: &str) -> Option<String> {
    let number: f64 = python_float(text)?;
    if number.fract() == 0.0 {
        // Adding zero turns −0 into 0.
        return Some(format!("{:.0}", number + 0.0));
    }
    if number.abs() >= 1e-4 {
        return Some(format!("{number}"));
    }
    // Python turns to exponents below 1e-4, and writes them with two digits.
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once("e-")?;
    Some(format!("{mantissa}e-{exponent:0>2}"))
}

/// The value that Python's `float` reads, if it is finite.
fn python_float(text: &str) -> Option<f64> {
    let first = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !first.starts_with(|start: char| start.is_ascii_digit() || start == '.') {
        return None;
    }
    let number: f64 = if text.contains('_') {
        let bytes = text.as_bytes();
        let between = |pair: &[u8]| matches!(pair, [left, b'_', right] if left.is_ascii_digit() && right.is_ascii_digit());
        let underscores = bytes.iter().filter(|byte| **byte == b'_').count();
        if bytes.windows(3).filter(|window| between(window)).count() != underscores {
            return None;
        }
        text.replace('_', "").parse().ok()?
    } else {
        text.parse().ok()?
    };
    number.is_finite().then_some(number)
}

/// A time as the reference writes it: in UTC, rounded to milliseconds, half to even. Texts that are not a time with
/// an offset stay.
pub(super) fn milliseconds(text: &str) -> Option<String> {
    let time: Timestamp = text.parse().ok()?;
    // The reference reads six digits of the fraction and cuts the rest.
    let micros = time.as_microsecond();
    let (whole, rest) = (micros.div_euclid(1000), micros.rem_euclid(1000));
    let up = rest > 500 || (rest == 500 && whole.rem_euclid(2) == 1);
    let rounded = whole.checked_add(i64::from(up))?;
    let time = Timestamp::from_millisecond(rounded).ok()?;
    Some(format!("{time:.3}"))
}

/// A time in UTC with its whole fraction, without zeros at its end. `None` if the text is not a time with offset.
pub(super) fn exact_time(text: &str) -> Option<String> {
    let (before, after) = match text.split_once('.') {
        None => (text.to_owned(), ""),
        Some((seconds, rest)) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, offset) = rest.split_at_checked(digits)?;
            if fraction.is_empty() {
                return None;
            }
            (format!("{seconds}{offset}"), fraction.trim_end_matches('0'))
        }
    };
    let time: Timestamp = before.parse().ok()?;
    if time.subsec_nanosecond() != 0 {
        return None;
    }
    let seconds = format!("{time:.0}");
    let seconds = seconds.strip_suffix('Z')?;
    Some(if after.is_empty() { format!("{seconds}Z") } else { format!("{seconds}.{after}Z") })
}

/// A JSON number, exactly: sign, digits without zeros at either end, `e`, exponent. `None` if the exponent
/// exceeds 64 bits.
pub(super) fn exact_number(text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let shifted = i64::try_from(fraction.len()).ok()?;
    let exponent =
        exponent.strip_prefix('+').unwrap_or(exponent).parse::<i64>().ok()?.checked_sub(shifted)?;
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some("0e0".to_owned());
    }
    let zeros = i64::try_from(digits.len().checked_sub(significant.len())?).ok()?;
    Some(format!("{sign}{significant}e{}", exponent.checked_add(zeros)?))
}

//! From a series of readings to the inputs that use it.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use crate::features::{FeatureError, Features};
use crate::manifest::{Source, Step};

/// Maximum number of readings in a series.
pub const MAX_READINGS: usize = 1 << 16;

/// One reading.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The time.
    pub at: Timestamp,
    /// The UTC offset that was written with the reading.
    pub offset: Offset,
    /// The value in the series' unit.
    pub value: f64,
}

/// Why a series was refused. Positions count from 0; no message holds a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// No input of the model uses it.
    #[error("the model has no series {0:?}; use the names of its manifest")]
    Unknown(String),
    /// More than [`MAX_READINGS`].
    #[error("{0} readings are more than {MAX_READINGS}; send the latest only")]
    TooMany(usize),
    /// Fewer readings than the model needs.
    #[error("the series has {found} readings, the model needs {needed}; send more history")]
    TooShort {
        /// The number of readings.
        found: usize,
        /// The number that is needed.
        needed: usize,
    },
    /// The UTC offset changes: daylight saving, or another place.
    #[error("reading {0} has another UTC offset than the one before; send all times with one offset, preferably UTC")]
    OffsetChanged(usize),
    /// Two readings at the same time.
    #[error("reading {0} has the same time as the one before; send each reading once")]
    Duplicate(usize),
    /// A reading before its predecessor.
    #[error("reading {0} is earlier than the one before; sort the series by time")]
    Unsorted(usize),
    /// A step is missing, or differs from the model's.
    #[error("reading {0} is not one step after the one before; fill the gap with measured values, or wait")]
    Gap(usize),
    /// A value that the model does not accept.
    #[error(transparent)]
    Value(#[from] FeatureError),
}

impl Features<'_> {
    /// Sets all inputs that use a series, from its readings in order of time and in a UCUM unit.
    ///
    /// Readings before those that the model uses are checked too, but not used. After an error these features must not
    /// be used.
    ///
    /// Errors, the first that holds: `Unknown`, `TooMany`, `TooShort`, then reading by reading `OffsetChanged`,
    /// `Duplicate`, `Unsorted`, `Gap`, then `Value`.
    pub fn set_series(&mut self, series: &str, readings: &[Reading], unit: &str) -> Result<(), SeriesError> {
        let inputs = self.manifest().inputs.iter().filter_map(|input| match &input.source {
            Source::Series { series: name, step, lag } if name == series => {
                Some((*lag, (input.name.as_str(), *step)))
            }
            _ => None,
        });
        let inputs: BTreeMap<usize, (&str, Step)> = inputs.collect();
        let Some((lag, (_, step))) = inputs.last_key_value() else {
            return Err(SeriesError::Unknown(series.to_owned()));
        };
        if readings.len() > MAX_READINGS {
            return Err(SeriesError::TooMany(readings.len()));
        }
        let needed = lag.saturating_add(1);
        if readings.len() < needed {
            return Err(SeriesError::TooShort { found: readings.len(), needed });
        }
        ensure_regular(readings, *step)?;
        for (lag, reading) in readings.iter().rev().enumerate() {
            if let Some((name, _)) = inputs.get(&lag) {
                self.set(name, reading.value, unit)?;
            }
        }
        Ok(())
    }
}

fn ensure_regular(readings: &[Reading], step: Step) -> Result<(), SeriesError> {
    for (place, (before, now)) in readings.iter().zip(readings.iter().skip(1)).enumerate() {
        let place = place.saturating_add(1);
        if before.offset != now.offset {
            return Err(SeriesError::OffsetChanged(place));
        }
        if before.at == now.at {
            return Err(SeriesError::Duplicate(place));
        }
        if before.at > now.at {
            return Err(SeriesError::Unsorted(place));
        }
        if next(before.offset.to_datetime(before.at), step) != Some(now.offset.to_datetime(now.at)) {
            return Err(SeriesError::Gap(place));
        }
    }
    Ok(())
}

/// Local time one step later; the day of the month stays, and if a month lacks it there is a gap.
fn next(local: DateTime, step: Step) -> Option<DateTime> {
    let span = match step {
        Step::FiveMinutes => Span::new().minutes(5),
        Step::Hour => Span::new().hours(1),
        Step::Day => Span::new().days(1),
        Step::Week => Span::new().days(7),
        Step::Month => Span::new().months(1),
    };
    local.checked_add(span).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::with_series;
    use proptest::prelude::*;

    const HOUR: i64 = 3600;

    fn reading(second: i64, value: f64) -> Reading {
        Reading { at: Timestamp::from_second(second).unwrap(), offset: Offset::UTC, value }
    }

    fn hours(hours: &[i64]) -> Vec<Reading> {
        hours.iter().map(|hour| reading(hour * HOUR, 5.0)).collect()
    }

    #[track_caller]
    fn refused(readings: &[Reading]) -> SeriesError {
        let manifest = with_series("PT1H");
        Features::new(&manifest).set_series("temperature", readings, "Cel").unwrap_err()
    }

    #[test]
    fn the_latest_readings_are_used_and_units_converted() {
        let manifest = with_series("PT1H");
        let series = [reading(0, 1.0), reading(HOUR, 2.0), reading(2 * HOUR, 276.15)];
        let mut features = Features::new(&manifest);
        assert!(matches!(
            features.set_series("temperature", &series, "Cel"),
            Err(SeriesError::Value(FeatureError::OutOfRange { .. }))
        ));
        let series =
            series.map(|r| Reading { value: if r.value < 100.0 { r.value + 273.15 } else { r.value }, ..r });
        let mut features = Features::new(&manifest);
        features.set_series("temperature", &series, "K").unwrap();
        let row: Vec<f64> = features.build().unwrap().row().collect();
        assert_eq!(row, [2.0, 3.0]);
    }

    #[test]
    fn gaps_duplicates_disorder_and_a_changed_offset_have_their_own_errors() {
        assert_eq!(refused(&hours(&[0])), SeriesError::TooShort { found: 1, needed: 2 });
        assert_eq!(refused(&hours(&[0, 1, 3])), SeriesError::Gap(2));
        assert_eq!(refused(&hours(&[0, 1, 1])), SeriesError::Duplicate(2));
        assert_eq!(refused(&hours(&[1, 0])), SeriesError::Unsorted(1));
        let mut summer = hours(&[0, 1, 2]);
        summer[2].offset = Offset::constant(1);
        assert_eq!(refused(&summer), SeriesError::OffsetChanged(2));
        let manifest = with_series("PT1H");
        let mut features = Features::new(&manifest);
        assert_eq!(
            features.set_series("pressure", &hours(&[0, 1]), "Cel"),
            Err(SeriesError::Unknown("pressure".into()))
        );
        assert_eq!(refused(&vec![reading(0, 5.0); MAX_READINGS + 1]), SeriesError::TooMany(MAX_READINGS + 1));
    }

    #[test]
    fn a_value_that_is_not_a_number_is_refused_with_the_name_of_its_input() {
        let mut series = hours(&[0, 1]);
        series[0].value = f64::NAN;
        assert_eq!(refused(&series), SeriesError::Value(FeatureError::NotFinite("t_1".into())));
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let manifest = with_series("P1M");
        let at = |text: &str| Reading { at: text.parse().unwrap(), offset: Offset::UTC, value: 1.0 };
        let set = |a, b| Features::new(&manifest).set_series("temperature", &[at(a), at(b)], "Cel");
        assert_eq!(set("2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"), Ok(()));
        assert_eq!(set("2027-02-01T00:00:00Z", "2027-03-03T00:00:00Z"), Err(SeriesError::Gap(1)));
    }

    proptest! {
        #[test]
        fn only_a_series_without_any_gap_is_accepted(steps in prop::collection::vec(-1i64..=2, 1..8)) {
            let mut at = 1000;
            let mut times = vec![at];
            for step in &steps {
                at += step;
                times.push(at);
            }
            let manifest = with_series("PT1H");
            let taken = Features::new(&manifest).set_series("temperature", &hours(&times), "Cel");
            prop_assert_eq!(taken.is_ok(), steps.iter().all(|step| *step == 1));
        }
    }
}

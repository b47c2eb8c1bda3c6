//! The delay of a leg, from the delay model.

use inference::{FeatureError, Features, Model, PredictError};

use crate::check::FARTHEST_KM;
use crate::problem::{Weather, Weekday};

/// The model's outputs that are used: the share of delays below, and the output's name.
const QUANTILES: [(f64, &str); 7] =
    [(0.05, "q05"), (0.25, "q25"), (0.5, "q50"), (0.75, "q75"), (0.9, "q90"), (0.95, "q95"), (0.99, "q99")];
/// Points of the table by distance (evenly in the logarithm of 1 km + distance) and by half hours.
const DISTANCES: usize = 33;
const HALF_HOURS: usize = 49;
const HALF_HOUR: f64 = 30.0;

/// Why the model cannot give delays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DelayError {
    /// The model is not one of delays.
    #[error("the model {0} has no output q50 of delays; use the model in models/delay")]
    OtherModel(String),
    /// The model does not accept a leg's features.
    #[error("the model does not accept the features of a leg: {0}")]
    Features(#[from] FeatureError),
    /// The model failed.
    #[error("the model failed: {0}")]
    Predict(#[from] PredictError),
}

/// Quantiles of the delay of a leg by distance and hour of departure, for one day.
///
/// The model is asked once, at 33 distances and 49 half hours; in between, delays are interpolated.
#[derive(Clone, Debug, PartialEq)]
pub struct Delays {
    /// Minutes by half hour, distance and quantile.
    table: Vec<[f64; QUANTILES.len()]>,
}

impl Delays {
    /// No delays: for problems where only distance and free driving count.
    #[must_use]
    pub fn none() -> Self {
        Self { table: vec![[0.0; QUANTILES.len()]; DISTANCES.saturating_mul(HALF_HOURS)] }
    }

    /// Asks the model for a day.
    ///
    /// # Errors
    /// When the model has other inputs or outputs, or fails.
    pub fn of(model: &Model, weekday: Weekday, weather: Weather) -> Result<Self, DelayError> {
        let manifest = model.manifest();
        let place = |name| manifest.outputs.iter().position(|output| output.name == name);
        let other = || DelayError::OtherModel(manifest.name.clone());
        let mut places = [0; QUANTILES.len()];
        for (slot, (_, name)) in places.iter_mut().zip(QUANTILES) {
            *slot = place(name).ok_or_else(other)?;
        }
        let mut rows = Vec::new();
        for half_hour in 0..HALF_HOURS {
            for distance in 0..DISTANCES {
                let mut row = Features::new(manifest);
                row.set("distance", distance_at(distance), "km")?;
                row.set("hour", half_hour as f64 / 2.0, "h")?;
                row.set("weekday", f64::from(weekday.number()), "1")?;
                row.set("weather", f64::from(weather.number()), "1")?;
                rows.push(row.build()?);
            }
        }
        let table = model.predict(&rows)?;
        let table = table.rows().map(|values| {
            let minutes = |place: usize| {
                let value = values.get(place);
                value.map_or(0.0, |fixed| fixed.value as f64 / 10f64.powi(i32::from(fixed.decimals)))
            };
            places.map(minutes)
        });
        Ok(Self { table: table.collect() })
    }

    /// The same table at other levels, each between 0 and 1.
    ///
    /// Who would arrive earlier by leaving later waits on the way: so nobody arrives earlier by leaving later.
    pub(crate) fn at<const K: usize>(&self, levels: &[f64; K]) -> Sampled<K> {
        let mut table: Vec<[f64; K]> =
            self.table.iter().map(|row| levels.map(|level| quantile(row, level))).collect();
        for place in (0..table.len().saturating_sub(DISTANCES)).rev() {
            let later = table[place.saturating_add(DISTANCES)];
            for (minutes, later) in table[place].iter_mut().zip(later) {
                *minutes = minutes.min(later + HALF_HOUR);
            }
        }
        Sampled { table }
    }
}

/// Delays at `K` levels.
pub(crate) struct Sampled<const K: usize> {
    table: Vec<[f64; K]>,
}

/// The position of a leg in the table: the first of two distances, and the share of the way to the second.
#[derive(Clone, Copy, Default)]
pub(crate) struct Position(usize, f64);

impl Position {
    pub(crate) fn of(km: f64) -> Self {
        between(km.ln_1p() / (2.0 * FARTHEST_KM).ln_1p(), DISTANCES)
    }
}

impl<const K: usize> Sampled<K> {
    /// Minutes of delay at a level, for a leg that departs at a minute of the day. By a minute later it falls by a minute at
    /// most.
    pub(crate) fn minutes(&self, leg: Position, departure: f64, level: usize) -> f64 {
        let Position(hour, later) = between(departure / 1440.0, HALF_HOURS);
        let Position(near, farther) = leg;
        let first = hour.saturating_mul(DISTANCES).saturating_add(near);
        let at = |place: usize| self.table.get(place).map_or(0.0, |row| row[level]);
        let across = |place: usize| (1.0 - farther) * at(place) + farther * at(place.saturating_add(1));
        (1.0 - later) * across(first) + later * across(first.saturating_add(DISTANCES))
    }

    /// The least mean over the levels, for a leg that departs at any minute from one to another.
    pub(crate) fn least_mean(&self, leg: Position, from: f64, to: f64) -> f64 {
        let mean = |time: f64| (0..K).map(|level| self.minutes(leg, time, level)).sum::<f64>() / K as f64;
        // Linear between the half hours.
        let half_hours = (0..HALF_HOURS).map(|half_hour| half_hour as f64 * HALF_HOUR);
        let within = half_hours.filter(|time| (from..to).contains(time));
        within.chain([from, to]).map(mean).fold(f64::INFINITY, f64::min)
    }
}

/// A position on a row of points, as the point before it and the remainder; positions outside count as the end.
fn between(share: f64, points: usize) -> Position {
    let last = points.saturating_sub(1);
    let at = share.clamp(0.0, 1.0) * last as f64;
    // Not negative and at most `last`, which is small: no digits are lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let before = (at.floor() as usize).min(last.saturating_sub(1));
    Position(before, at - before as f64)
}

/// Kilometres of a point of the table.
fn distance_at(point: usize) -> f64 {
    let share = point as f64 / DISTANCES.saturating_sub(1) as f64;
    (share * (2.0 * FARTHEST_KM).ln_1p()).exp_m1().min(2.0 * FARTHEST_KM)
}

/// A quantile of a distribution that starts at 0, is linear between the known quantiles, and falls exponentially after
/// the last one, as steeply as between the last two.
fn quantile(known: &[f64; QUANTILES.len()], level: f64) -> f64 {
    let (mut share, mut minutes) = (0.0, 0.0);
    for ((next, _), value) in QUANTILES.iter().zip(known) {
        if level <= *next {
            return minutes + (value - minutes) * (level - share) / (next - share);
        }
        (share, minutes) = (*next, *value);
    }
    let [.., before, last] = known;
    let [.., (low, _), (high, _)] = QUANTILES;
    let scale = (last - before) / ((1.0 - low) / (1.0 - high)).ln();
    last + scale * ((1.0 - high) / (1.0 - level).max(1e-9)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 10.0, 12.0, 20.0];

    #[test]
    fn quantiles_are_linear_between_and_exponential_after_the_known_ones() {
        assert_eq!(quantile(&KNOWN, 0.0), 0.0);
        assert!((quantile(&KNOWN, 0.025) - 0.5).abs() < 1e-12);
        assert!((quantile(&KNOWN, 0.6) - 5.6).abs() < 1e-12);
        assert_eq!(quantile(&KNOWN, 0.99), 20.0);
        // A fifth of what is above 95 % is above 99 %, and a fifth of that again 8 minutes later.
        assert!((quantile(&KNOWN, 0.998) - 28.0).abs() < 1e-9);
        assert!(quantile(&KNOWN, 1.0).is_finite());
    }

    #[test]
    fn a_table_is_interpolated_between_its_points() {
        let mut delays = Delays::none();
        for (place, row) in delays.table.iter_mut().enumerate() {
            *row = [(place / DISTANCES) as f64; 7];
        }
        let sampled = delays.at(&[0.5]);
        let minutes = sampled.minutes(Position::of(17.0), 615.0, 0);
        assert!((minutes - 20.5).abs() < 1e-9, "{minutes}");
        let early = sampled.minutes(Position::of(0.0), -5.0, 0);
        assert_eq!(early, 0.0);
        let late = sampled.minutes(Position::of(1e9), 1e9, 0);
        assert_eq!(late, 48.0);
    }

    #[test]
    fn points_of_distance_span_the_range_of_the_model() {
        assert_eq!(distance_at(0), 0.0);
        assert!((distance_at(32) - 400.0).abs() < 1e-9);
        let Position(at, rest) = Position::of(distance_at(7));
        assert!((at as f64 + rest - 7.0).abs() < 1e-9);
    }
}

//! How much more a read takes with ten times as many batches.

/// Resamples for the interval.
const RESAMPLES: usize = 1_000;

/// Growth of the median, in percent of its value at the smallest number, for ten times the number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    pub percent: f64,
    /// 95 of 100 resamples lie between these.
    pub low: f64,
    pub high: f64,
}

/// The line through the medians over the logarithm of the number, by least squares, and its interval by resampling the
/// times (percentile bootstrap: Efron and Tibshirani 1993, chapter 13). `None` for fewer than two numbers.
pub fn per_decade(points: &[(f64, Vec<f64>)]) -> Option<Slope> {
    let medians = |sample: &mut dyn FnMut(&Vec<f64>) -> Vec<f64>| -> Vec<(f64, f64)> {
        points.iter().map(|(number, times)| (number.log10(), median(sample(times)))).collect()
    };
    let percent = line(&medians(&mut Clone::clone))?;
    let mut random = fastrand::Rng::with_seed(11);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let mut sample = |times: &Vec<f64>| {
                times.iter().filter_map(|_| times.get(random.usize(..times.len())).copied()).collect()
            };
            line(&medians(&mut sample))
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    let at = |share: usize| resampled.get(RESAMPLES * share / 1_000).copied();
    Some(Slope { percent, low: at(25)?, high: at(975)? })
}

pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The slope by least squares, in percent of the line's value at the first point.
fn line(points: &[(f64, f64)]) -> Option<f64> {
    let count = f64::from(u32::try_from(points.len()).ok()?);
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    if spread <= 0.0 {
        return None;
    }
    let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>() / spread;
    let first = y + slope * (points.first()?.0 - x);
    Some(100.0 * slope / first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_by_a_tenth_a_decade_has_a_slope_of_ten() {
        let times = |middle: f64| vec![middle - 0.01, middle, middle + 0.01];
        let points = [(10.0, times(1.0)), (100.0, times(1.1)), (1_000.0, times(1.2))];
        let slope = per_decade(&points);
        assert!(slope.is_some_and(|slope| (slope.percent - 10.0).abs() < 1e-6));
        assert!(slope.is_some_and(|slope| slope.low <= 10.0 && slope.high >= 10.0));
        assert_eq!(per_decade(&points[..1]), None);
    }
}

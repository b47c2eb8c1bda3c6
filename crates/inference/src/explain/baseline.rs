//! The baseline with which a row is compared.

use std::collections::BTreeMap;

use crate::manifest::{Input, Manifest, Missing, Reference, Source};

/// The baseline of a row; the rule of each kind of input is in the parent module's documentation.
pub(super) fn baseline(manifest: &Manifest, row: &[f32]) -> Vec<f32> {
    let levels = levels(manifest, row);
    let value = |(input, own): (&Input, &f32)| {
        let value = match (&input.source, &input.reference) {
            // A gap stays a gap: missing readings have no shape.
            (Source::Series { .. }, _) if own.is_nan() => return f32::NAN,
            (Source::Series { series, .. }, _) => levels.get(series.as_str()).copied(),
            _ if input.missing == Missing::ImputeInGraph => return f32::NAN,
            (_, Some(reference)) => median(reference),
            (Source::Parameter {}, None) if !levels.is_empty() => return *own,
            (Source::Parameter {}, None) => Some(0.0),
            _ => None,
        };
        allowed(input, value)
    };
    manifest.inputs.iter().zip(row).map(value).collect()
}

/// The mean of a row's readings of each series.
fn levels<'m>(manifest: &'m Manifest, row: &[f32]) -> BTreeMap<&'m str, f64> {
    let mut readings: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (input, own) in manifest.inputs.iter().zip(row) {
        if let Source::Series { series, .. } = &input.source {
            let known = Some(f64::from(*own)).filter(|own| !own.is_nan());
            readings.entry(series).or_default().extend(known);
        }
    }
    let mean = |readings: Vec<f64>| {
        readings.iter().sum::<f64>() / f64::from(u32::try_from(readings.len()).unwrap_or(u32::MAX))
    };
    readings.into_iter().map(|(series, readings)| (series, mean(readings))).collect()
}

/// The end of the bucket that contains the median of the training values.
fn median(reference: &Reference) -> Option<f64> {
    let mut share = 0.0;
    let below = reference.shares.iter().take_while(|next| {
        share += **next;
        share < 0.5
    });
    let bucket = below.count();
    reference.edges.get(bucket).or(reference.edges.last()).copied()
}

/// The nearest allowed value of the input, or the middle of its range.
fn allowed(input: &Input, value: Option<f64>) -> f32 {
    let [low, high] = input.range;
    let value = value.unwrap_or(f64::midpoint(low, high)).max(low).min(high);
    let nearest = |a: &&f64, b: &&f64| (**a - value).abs().total_cmp(&(**b - value).abs());
    let categories = input.categories.iter().map(|category| &category.value);
    // The graph computes with 32 bits, and the range is finite.
    #[allow(clippy::cast_possible_truncation)]
    let value = categories.min_by(nearest).copied().unwrap_or(value) as f32;
    value
}

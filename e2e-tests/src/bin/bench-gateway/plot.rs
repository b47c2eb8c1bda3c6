//! A plot of times over numbers of batches, as SVG.

use std::fmt::Write;

use crate::slope::median;

/// A line of the plot: for each number of batches the times in milliseconds.
pub struct Series {
    pub name: &'static str,
    pub points: Vec<(f64, Vec<f64>)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
/// Room for the axes' names.
const MARGIN: f64 = 56.0;
const COLOURS: [&str; 2] = ["#0b57a4", "#b3421b"];

/// Draws medians with the middle half of the times as bars: the number's logarithm to the right, time from zero upwards.
pub fn svg(series: &[Series]) -> String {
    let all = || series.iter().flat_map(|series| &series.points);
    let decades = |number: f64| number.log10();
    let first = all().map(|(number, _)| decades(*number)).fold(f64::INFINITY, f64::min);
    let last = all().map(|(number, _)| decades(*number)).fold(first + 1.0, f64::max);
    let top = all().map(|(_, times)| quantile(times, 0.75)).fold(0.0, f64::max) * 1.15;
    let x = |number: f64| MARGIN + (WIDTH - 2.0 * MARGIN) * (decades(number) - first) / (last - first);
    let y = |time: f64| HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * time / top;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<title>Time of a verdict over the number of registered batches</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let mut add = |text: String| {
        let _ = writeln!(svg, "{text}");
    };
    for step in 0..=4 {
        let (time, right) = (top * f64::from(step) / 4.0, WIDTH - MARGIN);
        let at = y(time);
        add(format!("<path d=\"M{MARGIN} {at:.1}H{right}\" stroke=\"#ddd\"/>"));
        add(format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{time:.2}</text>",
            MARGIN - 6.0,
            at + 4.0
        ));
    }
    for (number, _) in series.first().map(|series| &series.points).into_iter().flatten() {
        let (at, below) = (x(*number), HEIGHT - MARGIN + 18.0);
        add(format!("<text x=\"{at:.1}\" y=\"{below:.1}\" text-anchor=\"middle\">{number}</text>"));
    }
    add(format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">registered batches</text>",
        WIDTH / 2.0,
        HEIGHT - 14.0
    ));
    add(format!(
        "<text x=\"{MARGIN}\" y=\"24\">time of a verdict, ms: median, and the middle half of all</text>"
    ));
    for (number, (series, colour)) in (0_u32..).zip(series.iter().zip(COLOURS)) {
        let mut line = String::new();
        for (batches, times) in &series.points {
            let (at, middle) = (x(*batches), y(median(times.clone())));
            let (low, high) = (y(quantile(times, 0.25)), y(quantile(times, 0.75)));
            let _ = write!(line, "{}{at:.1} {middle:.1}", if line.is_empty() { "M" } else { "L" });
            add(format!("<path d=\"M{at:.1} {low:.1}V{high:.1}\" stroke=\"{colour}\" stroke-width=\"2\" opacity=\"0.5\"/>"));
            add(format!("<circle cx=\"{at:.1}\" cy=\"{middle:.1}\" r=\"4\" fill=\"{colour}\"/>"));
        }
        add(format!("<path d=\"{line}\" fill=\"none\" stroke=\"{colour}\"/>"));
        let (left, at) = (WIDTH - MARGIN - 150.0, 40.0 + 16.0 * f64::from(number));
        add(format!("<text x=\"{left}\" y=\"{at}\" fill=\"{colour}\">{}</text>", series.name));
    }
    svg + "</svg>\n"
}

fn quantile(times: &[f64], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let wanted = share * f64::from(u32::try_from(times.len()).unwrap_or(u32::MAX));
    let at = (0_u32..).zip(&times).take_while(|(number, _)| f64::from(*number) <= wanted).last();
    at.map(|(_, time)| *time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_batches_has_its_point() {
        let points = vec![(10.0, vec![1.0, 2.0, 3.0]), (100.0, vec![1.5, 2.5, 3.5])];
        let svg = svg(&[Series { name: "a read", points }]);
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && svg.contains(">100</text>"), "{svg}");
        assert_eq!((quantile(&[3.0, 1.0, 2.0, 4.0], 0.25), quantile(&[], 0.5)), (2.0, 0.0));
    }
}

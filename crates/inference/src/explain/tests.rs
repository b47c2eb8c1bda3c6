use std::cell::Cell;
use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{json, Value};

use super::baseline::baseline;
use super::orders::{self, Drawn, MAX_BATCHES};
use super::{subsets, Game, Set, MAX_EXACT};
use crate::manifest::tests::SMALL;
use crate::{ExplainError, Features, Manifest, Model, MAX_ROWS};

/// The sampled values of a game, and the number of runs.
fn drawn(players: usize, batches: usize, worth: impl Fn(&[bool]) -> f64) -> (Drawn, usize) {
    let ends = [worth(&vec![false; players]), worth(&vec![true; players])];
    let runs = Cell::new(0);
    let run = |sets: &[Set]| {
        runs.set(runs.get() + sets.len());
        Ok::<_, Infallible>(sets.iter().map(|set| worth(set)).collect())
    };
    let Ok(drawn) = orders::shapley(players, ends, batches, run);
    (drawn, runs.get())
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

/// 0.9 to the power of ten times a player's index: no two are equal.
fn weight(player: usize) -> f64 {
    0.9_f64.powi(i32::try_from(player).unwrap())
}

fn sum(set: &[bool]) -> f64 {
    (0..).zip(set).filter(|(_, in_it)| **in_it).map(|(player, _)| weight(player)).sum()
}

/// The greatest cost in a set of players. The first player costs 0, and costs then rise by 1 with every three players.
fn greatest_cost(set: &[bool]) -> f64 {
    (0..).zip(set).filter(|(_, in_it)| **in_it).map(|(player, _)| cost(player)).fold(0.0, f64::max)
}

fn cost(player: usize) -> f64 {
    number(player.div_ceil(3))
}

/// The shares in the greatest cost: the step from each cost to the next is shared by all players that cost at least as
/// much (Littlechild and Owen, A simple expression for the Shapley value in a special case, 1973).
fn shares_of_the_maximum(players: usize) -> Vec<f64> {
    let share = |player: usize| {
        let steps = (1..=player.div_ceil(3)).map(number);
        steps.map(|step| 1.0 / number((0..players).filter(|other| cost(*other) >= step).count())).sum()
    };
    (0..players).map(share).collect()
}

#[test]
fn in_a_sum_every_order_gives_the_same_values() {
    let (drawn, runs) = drawn(170, MAX_BATCHES, sum);
    assert!(runs <= MAX_ROWS, "{runs} runs");
    for (player, (mean, error)) in drawn.means.iter().zip(&drawn.standard_errors).enumerate() {
        assert!((mean - weight(player)).abs() < 1e-12, "{player}: {mean}");
        assert!(*error < 1e-12, "{player}: {error}");
    }
}

#[test]
fn the_joint_effect_of_two_is_shared_equally() {
    // Every player with the next one.
    let neighbours = |set: &[bool]| sum(set) + number(set.windows(2).filter(|two| two[0] && two[1]).count());
    let (drawn, runs) = drawn(40, MAX_BATCHES, neighbours);
    assert!(runs <= MAX_ROWS, "{runs} runs");
    for (player, (mean, error)) in drawn.means.iter().zip(&drawn.standard_errors).enumerate() {
        let of_two = if player == 0 || player == 39 { 0.5 } else { 1.0 };
        assert!((mean - weight(player) - of_two).abs() < 1e-12, "{player}: {mean}");
        assert!(*error < 1e-12, "{player}: {error}");
    }
}

#[test]
fn shares_of_a_maximum_are_within_four_standard_errors() {
    let players = 40;
    let (drawn, runs) = drawn(players, MAX_BATCHES, greatest_cost);
    assert!(runs <= MAX_BATCHES * MAX_ROWS);
    let all = drawn.means.iter().zip(&drawn.standard_errors).zip(shares_of_the_maximum(players));
    for (player, ((mean, error), share)) in all.enumerate() {
        assert!((mean - share).abs() <= 4.0 * error, "{player}: {mean} ± {error}, not {share}");
    }
    // A player without cost pays nothing, in any order.
    assert_eq!((drawn.means[0], drawn.standard_errors[0]), (0.0, 0.0));
    // Players of equal cost pay the same, up to the standard error.
    let error = |player: usize| drawn.standard_errors[player];
    for (player, next) in (1..players).zip(2..players).filter(|(player, next)| cost(*player) == cost(*next)) {
        let apart = (drawn.means[player] - drawn.means[next]).abs();
        assert!(apart <= 4.0 * error(player).hypot(error(next)), "{player}: {apart} apart");
    }
}

#[test]
fn four_times_the_orders_halve_the_standard_error() {
    let total = |batches: usize| {
        let (drawn, runs) = drawn(40, batches, greatest_cost);
        assert!(runs > (batches - 1) * MAX_ROWS, "stopped after {runs} runs");
        drawn.standard_errors.iter().sum::<f64>()
    };
    let halves = total(2) / total(8);
    assert!((1.8..2.2).contains(&halves), "{halves}");
}

#[test]
fn the_same_game_is_sampled_the_same_way_each_time() {
    assert_eq!(drawn(30, 2, greatest_cost), drawn(30, 2, greatest_cost));
}

#[test]
fn a_failed_run_ends_the_sampling() {
    let failing = |_: &[Set]| Err(ExplainError::NotFinite);
    assert_eq!(orders::shapley(20, [0.0, 1.0], MAX_BATCHES, failing), Err(ExplainError::NotFinite));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn sampling_agrees_with_the_exact_values_of_small_games(
        (players, table) in (2usize..=6).prop_flat_map(|players| {
            (Just(players), prop::collection::vec(-100.0..100.0, 1 << players))
        })
    ) {
        let place = |set: &[bool]| set.iter().rev().fold(0, |place, in_it| 2 * place + usize::from(*in_it));
        let worth = |set: &[bool]| table[place(set)];
        let Ok(exact) = subsets::shapley(players, |sets| {
            Ok::<_, Infallible>(sets.iter().map(|set| worth(set)).collect())
        });
        let (drawn, _) = drawn(players, 1, worth);
        let whole = table[table.len() - 1] - table[0];
        for shares in [&exact, &drawn.means] {
            prop_assert!((shares.iter().sum::<f64>() - whole).abs() < 1e-9);
        }
        for ((mean, error), exact) in drawn.means.iter().zip(&drawn.standard_errors).zip(exact) {
            // By chance, one in ten million would be further off.
            prop_assert!((mean - exact).abs() <= 5.5 * error + 1e-9, "{} ± {}, not {}", mean, error, exact);
        }
    }
}

/// A shipped model, and the graph rows of its golden rows.
fn shipped(name: &str) -> (Model, Vec<Vec<f32>>) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models").join(name);
    let model = Model::load(&folder).unwrap();
    let golden: Value = serde_json::from_slice(&fs::read(folder.join("golden.json")).unwrap()).unwrap();
    let row = |golden: &Value| {
        let mut features = Features::new(model.manifest());
        for input in &model.manifest().inputs {
            features.set(&input.name, golden["inputs"][&input.name].as_f64().unwrap(), &input.unit).unwrap();
        }
        features.build().unwrap().row().map(|value| value as f32).collect()
    };
    let rows = golden["rows"].as_array().unwrap().iter().map(row).collect();
    (model, rows)
}

#[test]
fn sampling_agrees_with_the_exact_values_of_shipped_models() {
    for name in ["claim-fraud", "delay", "inventory"] {
        let (model, rows) = shipped(name);
        for ((place, output), row) in model.manifest().outputs.iter().enumerate().zip(rows) {
            let game = Game::new(&model, row, place, false);
            let run = |sets: &[Set]| Ok::<_, ExplainError>(game.worth(sets)?.scores);
            let players = game.columns.len();
            assert!(players > 1, "{name}, row {place}");
            let ends = run(&[vec![false; players], vec![true; players]]).unwrap();
            let exact = subsets::shapley(players, run).unwrap();
            let drawn = orders::shapley(players, [ends[0], ends[1]], 1, run).unwrap();
            for ((mean, error), exact) in drawn.means.iter().zip(&drawn.standard_errors).zip(exact) {
                // Differences of 32-bit numbers.
                let rounding = 1e-6 * ends[0].abs().max(ends[1].abs()).max(1.0);
                let off = (mean - exact).abs();
                assert!(off <= 4.0 * error + rounding, "{name} {}: {off} off", output.name);
            }
        }
    }
}

#[test]
fn contributions_to_shipped_forecasts_add_up() {
    let series =
        ["cold-chain", "demand", "occupancy", "outbreak-dengue", "outbreak-influenza", "supply-anomaly"];
    for name in series {
        let (model, rows) = shipped(name);
        let outputs = model.manifest().outputs.len();
        for (number, row) in rows.iter().enumerate().step_by(17) {
            let game = Game::new(&model, row.clone(), number % outputs, false);
            let players = game.columns.len();
            assert!(players > MAX_EXACT, "{name}: {players}");
            let run = |sets: &[Set]| Ok::<_, ExplainError>(game.worth(sets)?.scores);
            let ends = run(&[vec![false; players], vec![true; players]]).unwrap();
            let drawn = orders::shapley(players, [ends[0], ends[1]], 1, run).unwrap();
            let off = ends[0] + drawn.means.iter().sum::<f64>() - ends[1];
            assert!(off.abs() <= 1e-12 * ends[1].abs().max(1.0), "{name}, row {number}: {off} off");
        }
    }
}

#[test]
fn a_picture_is_not_explained() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/digit");
    let model = Model::load(&folder).unwrap();
    let mut features = Features::new(model.manifest());
    features.set_pixels(vec![7; 64]).unwrap();
    assert_eq!(model.explain(&features.build().unwrap(), "digit_3"), Err(ExplainError::Picture));
}

/// The small manifest with these inputs.
fn with_inputs(inputs: &Value) -> Manifest {
    let mut json: Value = serde_json::from_str(SMALL).unwrap();
    json["inputs"] = inputs.clone();
    json["max_missing"] = 0.into();
    Manifest::parse(json.to_string().as_bytes()).unwrap()
}

fn reading(series: &str, lag: usize) -> Value {
    json!({"name": format!("{series}_{lag}"), "description": "Count", "unit": "1", "range": [0, 100], "missing": "impute-in-graph",
           "source": {"from": "series", "series": series, "step": "P1D", "lag": lag}})
}

fn parameter(name: &str, range: [i32; 2]) -> Value {
    json!({"name": name, "description": "Given", "unit": "1", "range": range, "missing": "refuse", "source": {"from": "parameter"}})
}

#[test]
fn a_series_is_compared_with_its_own_mean_and_parameters_beside_it_are_not_explained() {
    let manifest = with_inputs(&json!([
        reading("admissions", 1),
        reading("admissions", 0),
        reading("discharges", 0),
        parameter("weekday", [0, 6]),
    ]));
    assert_eq!(baseline(&manifest, &[10.0, 20.0, 7.0, 5.0]), [15.0, 15.0, 7.0, 5.0]);
}

#[test]
fn a_gap_in_a_series_stays_a_gap() {
    let manifest =
        with_inputs(&json!([reading("admissions", 2), reading("admissions", 1), reading("admissions", 0)]));
    let [first, gap, last] = baseline(&manifest, &[10.0, f32::NAN, 20.0])[..] else { panic!("three inputs") };
    assert!(gap.is_nan());
    assert_eq!((first, last), (15.0, 15.0));
}

#[test]
fn a_parameter_is_compared_with_its_median_or_zero() {
    let mut known = parameter("distance", [0, 400]);
    known["reference"] = json!({"edges": [20, 40], "shares": [0.4, 0.2, 0.4]});
    let manifest = with_inputs(&json!([known, parameter("stock", [0, 400]), parameter("price", [5, 400])]));
    assert_eq!(baseline(&manifest, &[100.0; 3]), [40.0, 0.0, 5.0]);
}

#[test]
fn other_inputs_are_compared_with_a_missing_value_or_the_middle_of_their_range() {
    let manifest = Manifest::parse(SMALL.as_bytes()).unwrap();
    let [age, cholesterol, smoker] = baseline(&manifest, &[50.0, 200.0, 1.0])[..] else {
        panic!("three inputs")
    };
    assert_eq!(age, 52.5);
    assert!(cholesterol.is_nan() && smoker.is_nan());
}

#[test]
fn a_baseline_is_one_of_the_categories() {
    let mut class = parameter("class", [1, 4]);
    class["categories"] = json!([{"value": 2, "meaning": "two"}, {"value": 4, "meaning": "four"}]);
    assert_eq!(baseline(&with_inputs(&json!([class])), &[4.0]), [2.0]);
}

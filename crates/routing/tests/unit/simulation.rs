//! The simulation of the evaluation equals the one on which the delay model was trained.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use crate::evaluation::{Day, Simulation};
use crate::support;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use routing::{Weather, Weekday};

const DRAWS: usize = 20_000;

#[test]
fn both_implementations_of_the_simulation_give_the_same_quantiles() {
    let simulation = Simulation::load(&support::model_folder());
    let weekdays = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let weathers = [Weather::Dry, Weather::Rain, Weather::Snow, Weather::Storm];
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for condition in &simulation.conditions {
        let weekday = weekdays[usize::from(condition.weekday) - 1];
        let weather = weathers[usize::from(condition.weather)];
        let mut drawn: Vec<f64> = (0..DRAWS)
            .map(|_| {
                let day = Day::draw(&simulation.parameters, weekday, weather, &mut random);
                day.delay(condition.distance, condition.hour, &mut random)
            })
            .collect();
        drawn.sort_by(f64::total_cmp);
        let mean = drawn.iter().sum::<f64>() / DRAWS as f64;
        assert!((mean / condition.mean - 1.0).abs() < 0.03, "mean {mean}, expected {}", condition.mean);
        for (level, expected) in simulation.levels.iter().zip(&condition.quantiles) {
            let found = drawn[(level * DRAWS as f64) as usize];
            assert!((found / expected - 1.0).abs() < 0.06, "{level}: {found}, expected {expected}");
        }
    }
}

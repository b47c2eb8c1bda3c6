//! The simulation of delays, as `models/theriac_models/delay/simulation.py` describes it, with the parameters that
//! the delay model's folder ships: days on which plans are evaluated.

use std::path::Path;

use rand::Rng;
use rand_distr::{Distribution, Exp, Gamma, StandardNormal};
use routing::{free_minutes, Weather, Weekday};
use serde::Deserialize;

/// A file of parameters, and quantiles that this implementation must reproduce.
#[derive(Deserialize)]
pub struct Simulation {
    pub parameters: Parameters,
    #[allow(dead_code)] // For the test of this implementation.
    pub levels: Vec<f64>,
    #[allow(dead_code)]
    pub conditions: Vec<Condition>,
}

/// One kind of leg with the mean and the quantiles of its delay in minutes.
#[derive(Deserialize)]
#[allow(dead_code)]
pub struct Condition {
    pub distance: f64,
    pub hour: f64,
    pub weekday: u8,
    pub weather: u8,
    pub mean: f64,
    pub quantiles: Vec<f64>,
}

#[derive(Deserialize)]
pub struct Parameters {
    speeds: [(Option<f64>, f64); 3],
    base: f64,
    workday_peaks: [[f64; 3]; 2],
    friday_factor: f64,
    saturday_peak: [f64; 3],
    sunday_peak: [f64; 3],
    outside_share: f64,
    day_sigma: f64,
    slowdown: [f64; 4],
    steady: f64,
    sigma: [f64; 4],
    incident_per_km: f64,
    incident_traffic: f64,
    incident_weather: [f64; 4],
    incident_minutes: f64,
    arrival_shape: f64,
    arrival_minutes: f64,
}

impl Simulation {
    /// Reads `simulation.json`.
    pub fn load(folder: &Path) -> Self {
        serde_json::from_slice(&std::fs::read(folder.join("simulation.json")).unwrap()).unwrap()
    }
}

/// One day: its weather and its traffic.
pub struct Day<'a> {
    parameters: &'a Parameters,
    weekday: Weekday,
    weather: usize,
    factor: f64,
}

impl<'a> Day<'a> {
    pub fn draw(
        parameters: &'a Parameters,
        weekday: Weekday,
        weather: Weather,
        random: &mut impl Rng,
    ) -> Self {
        let normal: f64 = random.sample(StandardNormal);
        let factor = (parameters.day_sigma * normal).exp();
        Self { parameters, weekday, weather: usize::from(weather.number()), factor }
    }

    /// Minutes in addition to free driving.
    pub fn delay(&self, km: f64, hour: f64, random: &mut impl Rng) -> f64 {
        let p = self.parameters;
        let (Some(town), speed) = p.speeds[0] else { panic!("the first stretch has no end") };
        let inside = 60.0 * km.min(town) / speed;
        let all = free_minutes(km);
        let share = self.traffic(hour);
        let slow = share * self.factor * (inside + p.outside_share * (all - inside))
            + (p.slowdown[self.weather] + p.steady) * all;
        let normal: f64 = random.sample(StandardNormal);
        let noise = (p.sigma[self.weather] * normal).exp();
        let rate =
            km * p.incident_per_km * (1.0 + p.incident_traffic * share) * p.incident_weather[self.weather];
        let incident = if random.random::<f64>() < 1.0 - (-rate).exp() {
            Exp::new(1.0 / p.incident_minutes).unwrap().sample(random)
        } else {
            0.0
        };
        slow * noise + incident + Gamma::new(p.arrival_shape, p.arrival_minutes).unwrap().sample(random)
    }

    fn traffic(&self, hour: f64) -> f64 {
        let p = self.parameters;
        let peak = |[at, width, height]: [f64; 3]| height * (-0.5 * ((hour - at) / width).powi(2)).exp();
        p.base
            + match self.weekday {
                Weekday::Saturday => peak(p.saturday_peak),
                Weekday::Sunday => peak(p.sunday_peak),
                Weekday::Friday => peak(p.workday_peaks[0]) + p.friday_factor * peak(p.workday_peaks[1]),
                _ => peak(p.workday_peaks[0]) + peak(p.workday_peaks[1]),
            }
    }
}

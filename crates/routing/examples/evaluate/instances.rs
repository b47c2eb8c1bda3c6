//! Days of deliveries between real places.

use std::path::Path;

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use routing::{road_km, Costs, Depot, Problem, Stop, Vehicle, Weather, Weekday};

/// A place of `data/places.tsv`.
pub struct Place {
    pub name: String,
    pub point: [f64; 2],
}

/// All places, the largest first.
pub fn places(folder: &Path) -> Vec<Place> {
    let text = std::fs::read_to_string(folder.join("places.tsv")).unwrap();
    let place = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let point = [columns[3], columns[4]].map(|degrees| degrees.parse().unwrap());
        Place { name: format!("{} ({})", columns[1], columns[0]), point }
    };
    text.lines().skip(1).map(place).collect()
}

/// The depot is one of the twelve largest towns; stops are places within the radius, which the wholesaler serves
/// between half past seven and half past five.
pub fn instance(places: &[Place], seed: u64, stops: usize, vehicles: usize, radius: f64) -> Problem {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let depot = places[..12].choose(&mut random).unwrap();
    let mut near: Vec<&Place> =
        places.iter().filter(|place| (1.0..radius).contains(&road_km(depot.point, place.point))).collect();
    near.shuffle(&mut random);
    near.truncate(stops);
    let stops: Vec<Stop> = near
        .iter()
        .map(|place| {
            // Half have two hours, a third four, the rest the whole day.
            let hours = *[2.0, 2.0, 2.0, 4.0, 4.0, 10.0].choose(&mut random).unwrap();
            let opens = 450.0 + 30.0 * f64::from(random.random_range(0..=(2.0 * (10.0 - hours)) as u32));
            Stop {
                name: place.name.clone(),
                latitude: place.point[0],
                longitude: place.point[1],
                demand: random.random_range(1..=20),
                opens,
                closes: opens + 60.0 * hours,
                service: f64::from(random.random_range(5..=15)),
            }
        })
        .collect();
    // A third more room than is needed, and never less than the largest stop.
    let total: i64 = stops.iter().map(|stop| stop.demand).sum();
    let capacity = (total * 4 / 3 / vehicles as i64).max(25);
    let fleet = (1..=vehicles).map(|number| Vehicle {
        name: format!("van {number}"),
        capacity,
        from: 390.0,
        to: 1140.0,
    });
    let weekdays =
        [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let weathers = [Weather::Dry, Weather::Dry, Weather::Rain, Weather::Rain, Weather::Snow, Weather::Storm];
    Problem {
        weekday: *weekdays.choose(&mut random).unwrap(),
        weather: *weathers.choose(&mut random).unwrap(),
        depot: Depot { name: depot.name.clone(), latitude: depot.point[0], longitude: depot.point[1] },
        vehicles: fleet.collect(),
        stops,
        costs: Costs::default(),
    }
}

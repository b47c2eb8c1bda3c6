//! What is to be delivered, by whom, and what it may cost.

use serde::{Deserialize, Serialize};

use crate::clock;

/// A day's deliveries from one depot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Day of the week, for the delays.
    pub weekday: Weekday,
    /// Class of weather on the way, for the delays.
    pub weather: Weather,
    /// Where all routes start and end.
    pub depot: Depot,
    /// What drives; each vehicle makes at most one route.
    pub vehicles: Vec<Vehicle>,
    /// Who gets something.
    pub stops: Vec<Stop>,
    /// What distance, time and lateness cost.
    #[serde(default)]
    pub costs: Costs,
}

/// Where the goods are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Depot {
    /// For people.
    pub name: String,
    /// Degrees north, WGS 84, -90 to 90.
    pub latitude: f64,
    /// Degrees east, WGS 84, -180 to 180.
    pub longitude: f64,
}

/// A vehicle with its driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vehicle {
    /// For people; unique among the vehicles.
    pub name: String,
    /// Most units on board, at least 1; the unit is the stops' (packs, boxes, litres).
    pub capacity: i64,
    /// Start of the shift, minutes after midnight; `HH:MM` in JSON.
    #[serde(with = "clock")]
    pub from: f64,
    /// End of the shift, when the vehicle is back, minutes after midnight; `HH:MM` in JSON.
    #[serde(with = "clock")]
    pub to: f64,
}

/// A pharmacy, hospital or other customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// For people; unique among the stops.
    pub name: String,
    /// Degrees north, WGS 84, -90 to 90.
    pub latitude: f64,
    /// Degrees east, WGS 84, -180 to 180.
    pub longitude: f64,
    /// Units to deliver, 0 or more.
    pub demand: i64,
    /// First moment at which the goods are taken, minutes after midnight; `HH:MM` in JSON. Who comes earlier waits.
    #[serde(with = "clock")]
    pub opens: f64,
    /// Last moment to arrive, minutes after midnight; `HH:MM` in JSON.
    #[serde(with = "clock")]
    pub closes: f64,
    /// Minutes from the first to the last hand-over, 0 to 480.
    pub service: f64,
}

/// Prices, in one currency of your choice. None may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Per kilometre by road.
    pub per_km: f64,
    /// Per hour from departure to return, waiting included.
    pub per_driver_hour: f64,
    /// Per hour that a stop is reached after it closes, or the depot after the shift: what lateness is worth.
    pub per_late_hour: f64,
}

impl Default for Costs {
    /// 0.45 per kilometre, 30 per hour, 120 per hour of lateness: assumptions in euros, to be replaced by your own.
    fn default() -> Self {
        Self { per_km: 0.45, per_driver_hour: 30.0, per_late_hour: 120.0 }
    }
}

/// Days as in ISO 8601, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // Their names say it all.
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// 1 for Monday to 7 for Sunday.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Monday => 1,
            Self::Tuesday => 2,
            Self::Wednesday => 3,
            Self::Thursday => 4,
            Self::Friday => 5,
            Self::Saturday => 6,
            Self::Sunday => 7,
        }
    }
}

/// Weather as the delay model tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weather {
    /// No rain, good sight.
    Dry,
    /// Rain.
    Rain,
    /// Snow or ice on the road.
    Snow,
    /// Storm, or fog.
    Storm,
}

impl Weather {
    /// The class's number in the delay model.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Dry => 0,
            Self::Rain => 1,
            Self::Snow => 2,
            Self::Storm => 3,
        }
    }
}

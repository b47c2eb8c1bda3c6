//! The deliveries, the vehicles and the prices.

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
    /// The start and end of all routes.
    pub depot: Depot,
    /// The vehicles; each makes at most one route.
    pub vehicles: Vec<Vehicle>,
    /// The stops to deliver to.
    pub stops: Vec<Stop>,
    /// The prices of distance, time and lateness.
    #[serde(default)]
    pub costs: Costs,
}

/// The place of the goods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Depot {
    /// The name for people.
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
    /// The name for people; unique among the vehicles.
    pub name: String,
    /// Maximum number of units on board, at least 1, in the unit of the stops' demands (packs, boxes, litres).
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
    /// The name for people; unique among the stops.
    pub name: String,
    /// Degrees north, WGS 84, -90 to 90.
    pub latitude: f64,
    /// Degrees east, WGS 84, -180 to 180.
    pub longitude: f64,
    /// Units to deliver, 0 or more.
    pub demand: i64,
    /// First moment at which the stop accepts goods, minutes after midnight; `HH:MM` in JSON. A vehicle that arrives
    /// earlier waits.
    #[serde(with = "clock")]
    pub opens: f64,
    /// Last moment to arrive, minutes after midnight; `HH:MM` in JSON.
    #[serde(with = "clock")]
    pub closes: f64,
    /// Minutes that the delivery takes, 0 to 480.
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
    /// Per hour of lateness: a stop is reached after it closes, or the depot after the shift.
    pub per_late_hour: f64,
}

impl Default for Costs {
    /// 0.45 per kilometre, 30 per hour, 120 per hour of lateness: assumptions in euros, to be replaced by your prices.
    fn default() -> Self {
        Self { per_km: 0.45, per_driver_hour: 30.0, per_late_hour: 120.0 }
    }
}

/// Days as in ISO 8601, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // The names are self-explanatory.
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

/// The classes of weather in the delay model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weather {
    /// No rain, good visibility.
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

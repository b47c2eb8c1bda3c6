//! Checks of a problem before anything is computed: it must be bounded, finite and possible.

use std::collections::BTreeSet;

use crate::geography::road_km;
use crate::problem::{Depot, Problem, Stop, Vehicle};

/// Maximum number of stops in a problem.
pub const MAX_STOPS: usize = 200;
/// Maximum number of vehicles in a problem.
pub const MAX_VEHICLES: usize = 50;
/// Maximum number of units of a stop or a vehicle.
pub const MAX_UNITS: i64 = 1_000_000_000;
/// Maximum length of a name, in bytes.
pub const MAX_NAME: usize = 200;
/// Maximum distance by road from the depot to a stop, in kilometres: it keeps each leg in the range of the delay model.
pub const FARTHEST_KM: f64 = 200.0;
/// Minutes of a day.
const DAY: f64 = 1440.0;
/// Maximum service time, in minutes.
const MAX_SERVICE: f64 = 480.0;
/// Maximum price.
const MAX_PRICE: f64 = 1e6;

/// Why a problem is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProblemError {
    /// There are no stops.
    #[error("there are no stops; add at least one")]
    NoStops,
    /// There are no vehicles.
    #[error("there are no vehicles; add at least one")]
    NoVehicles,
    /// More than [`MAX_STOPS`].
    #[error("{0} stops are more than {MAX_STOPS}; split them by region, with one file for each")]
    TooManyStops(usize),
    /// More than [`MAX_VEHICLES`].
    #[error("{0} vehicles are more than {MAX_VEHICLES}; split the fleet by region, with one file for each")]
    TooManyVehicles(usize),
    /// More than `MAX_EXACT` stops for the exact solver.
    #[error("{0} stops are too many for the exact solver; use the planner")]
    TooManyForExact(usize),
    /// An empty name, or one longer than [`MAX_NAME`] bytes.
    #[error("the name of {0} is empty or longer than {MAX_NAME} bytes; give a short one")]
    Name(String),
    /// Two stops or two vehicles have the same name.
    #[error("the name {0:?} occurs twice; names of stops and of vehicles must be unique")]
    DuplicateName(String),
    /// A latitude or longitude is out of range.
    #[error("the coordinates of {0} are out of range; give degrees, latitude from -90 to 90 and longitude from -180 to 180")]
    Coordinates(String),
    /// Farther from the depot than [`FARTHEST_KM`].
    #[error("{0} is farther than {FARTHEST_KM} km by road from the depot; deliver to it from another depot")]
    TooFar(String),
    /// A time window that is not within one day, or ends before it begins.
    #[error("the window of {0} must be within one day, and not end before it begins")]
    Window(String),
    /// A shift that is not within one day, or ends before it begins.
    #[error("the shift of {0} must be within one day, and end after it begins")]
    Shift(String),
    /// A negative demand, or more than [`MAX_UNITS`].
    #[error("the demand of {0} must be from 0 to {MAX_UNITS} units")]
    Demand(String),
    /// A capacity below 1, or more than [`MAX_UNITS`].
    #[error("the capacity of {0} must be from 1 to {MAX_UNITS} units")]
    Capacity(String),
    /// A service time that is not from 0 to 480 minutes.
    #[error("the service at {0} must take from 0 to {MAX_SERVICE} minutes")]
    Service(String),
    /// A price that is not from 0 to a million.
    #[error("{0} must be from 0 to {MAX_PRICE}")]
    Price(&'static str),
    /// More iterations than the search may have.
    #[error("{0} iterations are more than {most}; ask for fewer", most = crate::MAX_ITERATIONS)]
    TooManyIterations(u32),
}

impl Problem {
    /// Refuses problems for which the planner is not made; [`plan`](crate::plan) and the others call it first.
    ///
    /// # Errors
    /// The first of [`ProblemError`]'s cases, in the order of the fields.
    pub fn check(&self) -> Result<(), ProblemError> {
        if self.vehicles.is_empty() {
            return Err(ProblemError::NoVehicles);
        }
        if self.vehicles.len() > MAX_VEHICLES {
            return Err(ProblemError::TooManyVehicles(self.vehicles.len()));
        }
        if self.stops.is_empty() {
            return Err(ProblemError::NoStops);
        }
        if self.stops.len() > MAX_STOPS {
            return Err(ProblemError::TooManyStops(self.stops.len()));
        }
        check_point([self.depot.latitude, self.depot.longitude], "the depot")?;
        unique(self.vehicles.iter().map(|vehicle| vehicle.name.as_str()), "a vehicle")?;
        unique(self.stops.iter().map(|stop| stop.name.as_str()), "a stop")?;
        self.vehicles.iter().try_for_each(check_vehicle)?;
        self.stops.iter().try_for_each(|stop| check_stop(stop, &self.depot))?;
        let costs = &self.costs;
        for (name, price) in [
            ("per_km", costs.per_km),
            ("per_driver_hour", costs.per_driver_hour),
            ("per_late_hour", costs.per_late_hour),
        ] {
            // A comparison with NaN is false.
            if !(0.0..=MAX_PRICE).contains(&price) {
                return Err(ProblemError::Price(name));
            }
        }
        Ok(())
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>, what: &str) -> Result<(), ProblemError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(ProblemError::Name(what.to_owned()));
        }
        if !seen.insert(name) {
            return Err(ProblemError::DuplicateName(name.to_owned()));
        }
    }
    Ok(())
}

fn check_point([north, east]: [f64; 2], name: &str) -> Result<(), ProblemError> {
    let on_earth = (-90.0..=90.0).contains(&north) && (-180.0..=180.0).contains(&east);
    on_earth.then_some(()).ok_or_else(|| ProblemError::Coordinates(name.to_owned()))
}

fn check_vehicle(vehicle: &Vehicle) -> Result<(), ProblemError> {
    if !(1..=MAX_UNITS).contains(&vehicle.capacity) {
        return Err(ProblemError::Capacity(vehicle.name.clone()));
    }
    let [from, to] = [vehicle.from, vehicle.to];
    let shift = (0.0..=DAY).contains(&from) && (0.0..=DAY).contains(&to) && from < to;
    shift.then_some(()).ok_or_else(|| ProblemError::Shift(vehicle.name.clone()))
}

fn check_stop(stop: &Stop, depot: &Depot) -> Result<(), ProblemError> {
    let name = || stop.name.clone();
    let point = [stop.latitude, stop.longitude];
    check_point(point, &stop.name)?;
    if !(0..=MAX_UNITS).contains(&stop.demand) {
        return Err(ProblemError::Demand(name()));
    }
    let [opens, closes] = [stop.opens, stop.closes];
    if !((0.0..=DAY).contains(&opens) && (0.0..=DAY).contains(&closes) && opens <= closes) {
        return Err(ProblemError::Window(name()));
    }
    if !(0.0..=MAX_SERVICE).contains(&stop.service) {
        return Err(ProblemError::Service(name()));
    }
    if road_km([depot.latitude, depot.longitude], point) > FARTHEST_KM {
        return Err(ProblemError::TooFar(name()));
    }
    Ok(())
}

//! Plans delivery routes for medicines, with the delays that traffic and weather make likely.
//!
//! A [`Problem`] is one depot, vehicles with a capacity and a shift, and stops with a demand and a time window.
//! [`Delays`] come from an ONNX model (`models/delay`). [`plan`] minimises distance, drivers' time and expected
//! lateness; [`exact`] finds the proven optimum for up to [`MAX_EXACT`] stops, and [`nearest`] is the simple rule as
//! a baseline. The same problem, seed and number of iterations give the same plan; the crate uses no clock and no
//! network. `docs/routing.md` describes the method and its results.
//!
//! ```
//! use routing::{plan, Delays, Depot, Problem, Search, Stop, Vehicle};
//!
//! let problem = Problem {
//!     weekday: routing::Weekday::Tuesday,
//!     weather: routing::Weather::Dry,
//!     depot: Depot { name: "Munich".to_owned(), latitude: 48.13743, longitude: 11.57549 },
//!     vehicles: vec![Vehicle { name: "van".to_owned(), capacity: 40, from: 420.0, to: 960.0 }],
//!     stops: vec![Stop {
//!         name: "Freising".to_owned(),
//!         latitude: 48.40351,
//!         longitude: 11.74876,
//!         demand: 12,
//!         opens: 480.0,
//!         closes: 600.0,
//!         service: 10.0,
//!     }],
//!     costs: routing::Costs::default(),
//! };
//! let plan = plan(&problem, &Delays::none(), Search::default())?;
//! assert_eq!(plan.routes[0].visits[0].stop, "Freising");
//! # Ok::<(), routing::ProblemError>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod check;
mod clock;
mod construct;
mod delays;
mod exact;
mod geography;
mod improve;
mod plan;
mod problem;
mod search;
mod solution;
mod world;

pub use check::{ProblemError, FARTHEST_KM, MAX_NAME, MAX_STOPS, MAX_UNITS, MAX_VEHICLES};
pub use clock::minutes_as_clock;
pub use delays::{DelayError, Delays};
pub use geography::{free_minutes, road_km, CIRCUITY};
pub use plan::{exact, nearest, plan, Plan, Reason, Route, Unserved, Visit, MAX_EXACT};
pub use problem::{Costs, Depot, Problem, Stop, Vehicle, Weather, Weekday};
pub use search::{Search, MAX_ITERATIONS};

//! Large-neighbourhood search (Shaw 1998; ruin and recreate, Schrimpf and others 2000): it repeatedly removes some
//! stops and inserts them again, from a start by regret insertion and local search.

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::construct::{insert, Recreate};
use crate::improve::improve;
use crate::solution::Solution;
use crate::world::{Timed, World};

/// Maximum number of iterations of a search.
pub const MAX_ITERATIONS: u32 = 1_000_000;
/// Maximum number of stops that are removed at once, and maximum share of all stops.
const MOST_OUT: usize = 30;
const SHARE_OUT: f64 = 0.4;
/// The share by which an accepted solution may cost more than the best, at the start; it falls to zero.
const TOLERANCE: f64 = 0.03;
/// How strongly the choice of a costly or related stop prefers the first: the power of a uniform number.
const LEANING: f64 = 4.0;
/// How often a route that lost stops tries another departure, so that its order does not depend on the one that it had.
const OTHER_DEPARTURE: f64 = 0.3;
/// A minute between two openings counts as this many kilometres when stops are compared.
const KM_PER_MINUTE: f64 = 0.2;

/// The length and the seed of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// The same seed gives the same plan.
    pub seed: u64,
    /// The number of iterations, each of which removes and inserts stops: 0 to [`MAX_ITERATIONS`].
    pub iterations: u32,
}

impl Default for Search {
    fn default() -> Self {
        Self { seed: 1, iterations: 2000 }
    }
}

pub(crate) fn search<const K: usize>(world: &World<'_, K>, how: Search) -> Solution {
    let mut random = ChaCha8Rng::seed_from_u64(how.seed);
    let mut current = Solution::empty(world);
    insert(world, &mut current, Recreate { regret: 3, noise: 0.0 }, &mut random);
    improve(world, &mut current);
    let mut best = current.clone();
    for iteration in 0..how.iterations {
        let mut next = current.clone();
        ruin(world, &mut next, &mut random);
        let regret = random.random_range(1..=3);
        let noise = if random.random_bool(0.5) { 0.1 } else { 0.0 };
        insert(world, &mut next, Recreate { regret, noise }, &mut random);
        next.retime(world, Some(&current));
        if next.compare(&best).is_lt() {
            improve(world, &mut next);
            best = next.clone();
        }
        let left = 1.0 - f64::from(iteration) / f64::from(how.iterations);
        let highest = best.cost() * (1.0 + TOLERANCE * left);
        if next.unserved.len() <= best.unserved.len() && next.cost() <= highest {
            current = next;
        }
    }
    best
}

/// Removes stops in one of four ways: at random, close in place and time, costly ones, whole routes.
fn ruin<const K: usize>(world: &World<'_, K>, solution: &mut Solution, random: &mut ChaCha8Rng) {
    let served: Vec<usize> = solution.routes.iter().flatten().copied().collect();
    if served.is_empty() {
        return;
    }
    // At most 200 stops: no digits are lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let most = ((served.len() as f64 * SHARE_OUT).ceil() as usize).clamp(1, MOST_OUT);
    let count = random.random_range(1..=most);
    let out = match random.random_range(0..4) {
        0 => served.choose_multiple(random, count).copied().collect(),
        1 => related(world, served, count, random),
        2 => costly(world, solution, count, random),
        _ => whole(solution, count, random),
    };
    for vehicle in 0..solution.routes.len() {
        let route = &solution.routes[vehicle];
        if route.iter().any(|stop| out.contains(stop)) {
            let kept: Vec<usize> = route.iter().copied().filter(|stop| !out.contains(stop)).collect();
            let driver = &world.problem.vehicles[vehicle];
            let departure = if random.random_bool(OTHER_DEPARTURE) {
                Some(random.random_range(driver.from..driver.to).floor().max(driver.from.ceil()))
            } else {
                solution.departure(vehicle)
            };
            match world.timed(driver, &kept, departure) {
                Some(timed) => solution.set(vehicle, kept, timed),
                // If delays fall with the hour faster than time passes, the rest may become too late.
                None => {
                    solution.unserved.extend(kept);
                    solution.set(vehicle, Vec::new(), Timed::EMPTY);
                }
            }
        }
    }
    solution.unserved.extend(out);
    solution.unserved.sort_unstable();
}

/// An index that prefers the start of a list.
fn lean<T>(list: &mut Vec<T>, random: &mut ChaCha8Rng) -> Option<T> {
    let at = random.random::<f64>().powf(LEANING) * list.len() as f64;
    // Not negative, and below the length of the list: no digits are lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let at = at as usize;
    (at < list.len()).then(|| list.remove(at))
}

fn related<const K: usize>(
    world: &World<'_, K>,
    mut served: Vec<usize>,
    count: usize,
    random: &mut ChaCha8Rng,
) -> Vec<usize> {
    let centre = served.choose(random).copied().unwrap_or_default();
    let distance = |stop: usize| {
        world.km(centre, stop) + KM_PER_MINUTE * (world.opens(centre) - world.opens(stop)).abs()
    };
    served.sort_by(|one, other| distance(*one).total_cmp(&distance(*other)).then(one.cmp(other)));
    (0..count).map_while(|_| lean(&mut served, random)).collect()
}

fn costly<const K: usize>(
    world: &World<'_, K>,
    solution: &Solution,
    count: usize,
    random: &mut ChaCha8Rng,
) -> Vec<usize> {
    let mut savings: Vec<(f64, usize)> = Vec::new();
    for (vehicle, route) in solution.routes.iter().enumerate() {
        for stop in route {
            let kept: Vec<usize> = route.iter().copied().filter(|other| other != stop).collect();
            let timed = world.timed(&world.problem.vehicles[vehicle], &kept, solution.departure(vehicle));
            let cost = timed.map_or(f64::INFINITY, |timed| timed.cost);
            savings.push((solution.times[vehicle].cost - cost, *stop));
        }
    }
    savings.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    (0..count).map_while(|_| lean(&mut savings, random)).map(|(_, stop)| stop).collect()
}

fn whole(solution: &Solution, count: usize, random: &mut ChaCha8Rng) -> Vec<usize> {
    let mut used: Vec<&Vec<usize>> = solution.routes.iter().filter(|route| !route.is_empty()).collect();
    used.shuffle(random);
    let mut out = Vec::new();
    for route in used {
        if out.len() >= count {
            break;
        }
        out.extend(route);
    }
    out
}

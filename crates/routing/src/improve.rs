//! Local search: moves in one or two routes, accepted if they reduce the cost.

use crate::solution::Solution;
use crate::world::World;

/// Costs that differ by less are equal.
const GAIN: f64 = 1e-7;
/// Maximum number of routes that one call evaluates.
const BUDGET: usize = 200_000;
/// Maximum number of stops that move together (Or 1976).
const LONGEST: usize = 3;

/// Tries moves until none reduces the cost or the budget is used up.
pub(crate) fn improve<const K: usize>(world: &World<'_, K>, solution: &mut Solution) {
    let mut search = Local { world, solution, left: BUDGET };
    while search.within() || search.between() {}
    solution.retime(world, None);
}

struct Local<'a, 'w, const K: usize> {
    world: &'a World<'w, K>,
    solution: &'a mut Solution,
    left: usize,
}

impl<const K: usize> Local<'_, '_, K> {
    /// The first improving move inside one route: 2-opt (a part reversed), Or-opt (a part moved).
    fn within(&mut self) -> bool {
        for vehicle in 0..self.solution.routes.len() {
            let route = self.solution.routes[vehicle].clone();
            for start in 0..route.len() {
                for end in start.saturating_add(1)..=route.len() {
                    let mut reversed = route.clone();
                    reversed[start..end].reverse();
                    if end.saturating_sub(start) > 1 && self.pays(&[(vehicle, reversed)]) {
                        return true;
                    }
                    if end.saturating_sub(start) > LONGEST {
                        continue;
                    }
                    let (part, rest) = without(&route, start, end);
                    for at in (0..=rest.len()).filter(|at| *at != start) {
                        if self.pays(&[(vehicle, with(&rest, at, &part))]) {
                            return true;
                        }
                    }
                }
            }
        }
        false
    }

    /// The first improving move between two routes: relocate up to three stops, swap two, exchange the ends.
    fn between(&mut self) -> bool {
        let vehicles = self.solution.routes.len();
        for one in 0..vehicles {
            for other in (0..vehicles).filter(|other| *other != one) {
                if self.relocate(one, other)
                    || (one < other && (self.swap(one, other) || self.ends(one, other)))
                {
                    return true;
                }
            }
        }
        false
    }

    fn relocate(&mut self, one: usize, other: usize) -> bool {
        let [from, to] = self.pair(one, other);
        for start in 0..from.len() {
            for end in start.saturating_add(1)..=from.len().min(start.saturating_add(LONGEST)) {
                let (part, rest) = without(&from, start, end);
                for at in 0..=to.len() {
                    if self.pays(&[(other, with(&to, at, &part)), (one, rest.clone())]) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn swap(&mut self, one: usize, other: usize) -> bool {
        let [first, second] = self.pair(one, other);
        for at in 0..first.len() {
            for place in 0..second.len() {
                let (mut left, mut right) = (first.clone(), second.clone());
                std::mem::swap(&mut left[at], &mut right[place]);
                if self.pays(&[(one, left), (other, right)]) {
                    return true;
                }
            }
        }
        false
    }

    /// 2-opt* of Potvin and Rousseau (1995).
    fn ends(&mut self, one: usize, other: usize) -> bool {
        let [first, second] = self.pair(one, other);
        for at in 0..=first.len() {
            for place in 0..=second.len() {
                let left = [&first[..at], &second[place..]].concat();
                let right = [&second[..place], &first[at..]].concat();
                if self.pays(&[(one, left), (other, right)]) {
                    return true;
                }
            }
        }
        false
    }

    fn pair(&self, one: usize, other: usize) -> [Vec<usize>; 2] {
        [one, other].map(|vehicle| self.solution.routes[vehicle].clone())
    }

    /// Accepts the new routes if they are feasible and cheaper.
    fn pays(&mut self, changed: &[(usize, Vec<usize>)]) -> bool {
        let mut gain: f64 = changed.iter().map(|(vehicle, _)| self.solution.times[*vehicle].cost).sum();
        let mut times = Vec::with_capacity(changed.len());
        for (vehicle, route) in changed {
            let Some(left) = self.left.checked_sub(1) else { return false };
            self.left = left;
            let kept = self.solution.departure(*vehicle);
            let driver = &self.world.problem.vehicles[*vehicle];
            let Some(timed) = self.world.timed(driver, route, kept) else {
                return false;
            };
            gain -= timed.cost;
            if gain <= GAIN {
                return false;
            }
            times.push(timed);
        }
        for ((vehicle, route), timed) in changed.iter().zip(times) {
            self.solution.set(*vehicle, route.clone(), timed);
        }
        true
    }
}

/// A part of a route, and the route without it.
fn without(route: &[usize], start: usize, end: usize) -> (Vec<usize>, Vec<usize>) {
    (route[start..end].to_vec(), [&route[..start], &route[end..]].concat())
}

/// A route with a part inserted.
fn with(route: &[usize], at: usize, part: &[usize]) -> Vec<usize> {
    [&route[..at], part, &route[at..]].concat()
}

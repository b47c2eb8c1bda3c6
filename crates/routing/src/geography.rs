//! Lengths of roads and free driving on them, from coordinates.

/// Roads are longer than the great circle by this factor: Germany's by Ballou, Rahardja and Sakai (2002),
/// *Selected country circuity factors for road travel distance estimation*, Transportation Research A 36, table 1.
pub const CIRCUITY: f64 = 1.32;
/// Mean radius of the earth in kilometres (IUGG).
const EARTH_KM: f64 = 6371.0088;
/// Kilometres of a leg in town and on country roads, and the speed there in km/h; the rest is motorway. The delay
/// model was trained with the same.
const TOWN: (f64, f64) = (5.0, 30.0);
const COUNTRY: (f64, f64) = (25.0, 60.0);
const MOTORWAY: f64 = 90.0;

/// Kilometres by road from one point (degrees north and east) to another: the great circle (haversine on a sphere)
/// times [`CIRCUITY`].
#[must_use]
pub fn road_km(a: [f64; 2], b: [f64; 2]) -> f64 {
    let ([north_a, east_a], [north_b, east_b]) = (a.map(f64::to_radians), b.map(f64::to_radians));
    let across = |one: f64, two: f64| ((two - one) / 2.0).sin().powi(2);
    let chord = across(north_a, north_b) + north_a.cos() * north_b.cos() * across(east_a, east_b);
    CIRCUITY * 2.0 * EARTH_KM * chord.clamp(0.0, 1.0).sqrt().asin()
}

/// Minutes of driving without traffic: 5 km at 30 km/h, 25 km at 60 km/h, the rest at 90 km/h.
#[must_use]
pub fn free_minutes(km: f64) -> f64 {
    let town = km.min(TOWN.0);
    let country = (km - TOWN.0).clamp(0.0, COUNTRY.0);
    let motorway = (km - TOWN.0 - COUNTRY.0).max(0.0);
    60.0 * (town / TOWN.1 + country / COUNTRY.1 + motorway / MOTORWAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_111_kilometres_as_the_crow_flies() {
        let km = road_km([48.0, 11.0], [49.0, 11.0]) / CIRCUITY;
        assert!((km - 111.195).abs() < 0.01, "{km}");
        assert_eq!(road_km([48.0, 11.0], [48.0, 11.0]), 0.0);
    }

    #[test]
    fn opposite_ends_of_the_earth_are_half_its_circumference_apart() {
        let km = road_km([90.0, 0.0], [-90.0, 180.0]) / CIRCUITY;
        assert!((km - 20015.1).abs() < 1.0, "{km}");
    }

    #[test]
    fn the_longer_a_leg_the_faster_it_is_driven() {
        for (km, minutes) in [(0.0, 0.0), (5.0, 10.0), (30.0, 35.0), (120.0, 95.0)] {
            assert!((free_minutes(km) - minutes).abs() < 1e-9, "{km}");
        }
    }
}

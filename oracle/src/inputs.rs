//! Inputs besides a patient's record: values by name, series of readings with their times, and a picture.

use std::collections::BTreeMap;
use std::fmt;

use base64::prelude::{Engine, BASE64_STANDARD};
use inference::Reading;
use jiff::fmt::temporal::{DateTimeParser, PiecesOffset};
use jiff::tz::Offset;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The first line of a series as CSV.
const HEADER: [&str; 3] = ["at", "value", "unit"];

/// A value with its UCUM unit; without one it is a pure number.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// The number.
    pub value: f64,
    /// The UCUM unit.
    #[serde(default = "pure")]
    pub unit: String,
}

fn pure() -> String {
    "1".to_owned()
}

/// Without the value: it may be a patient's.
impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Amount(…)")
    }
}

/// The data that a caller pushes with a run. They are never shown, and deleted when the run ends.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pushed {
    /// Values by the names of the model's inputs; the others are missing.
    #[serde(default, deserialize_with = "unique")]
    pub inputs: BTreeMap<String, Amount>,
    /// Series by their names.
    #[serde(default, deserialize_with = "unique")]
    pub series: BTreeMap<String, Series>,
    /// A PNG or JPEG file, for a model that takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Picture>,
}

impl fmt::Debug for Pushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pushed(…)")
    }
}

/// The bytes of a picture's file; in JSON as base64 (RFC 4648, section 4).
#[derive(Clone, PartialEq, Eq)]
pub struct Picture(pub Vec<u8>);

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Picture(…)")
    }
}

impl Serialize for Picture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Picture {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map(Self).map_err(|_| D::Error::custom("a picture must be base64"))
    }
}

/// Why a text is not a series. Lines count from 1; no message contains any of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// The line is not the header, or not a time, a number and a unit.
    #[error("line {0} does not have the form of a series; docs/oracle.md shows it")]
    NotASeries(usize),
    /// The readings have several units.
    #[error("the unit changes in line {0}; convert all readings to one unit")]
    UnitChanged(usize),
}

/// Readings in the order of time, in one unit.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// UCUM.
    pub unit: String,
    /// Times (RFC 3339, with a UTC offset) and values.
    pub readings: Vec<(String, f64)>,
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").field("readings", &self.readings.len()).finish_non_exhaustive()
    }
}

impl Series {
    /// From JSON: `{"unit": "Cel", "readings": [["2026-11-21T10:00:00Z", 4.5], …]}`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FormError> {
        serde_json::from_slice(bytes).map_err(|error| FormError::NotASeries(error.line()))
    }

    /// From CSV with the header `at,value,unit`.
    ///
    /// All rows must have the same unit.
    pub fn from_csv(bytes: &[u8]) -> Result<Self, FormError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        if reader.headers().map_err(|_| FormError::NotASeries(1))? != HEADER.as_slice() {
            return Err(FormError::NotASeries(1));
        }
        let mut series = Self { unit: String::new(), readings: Vec::new() };
        // The header is line 1.
        for (line, read) in (2..).zip(reader.deserialize::<(String, f64, String)>()) {
            let (at, value, unit) = read.map_err(|_| FormError::NotASeries(line))?;
            if !series.readings.is_empty() && unit != series.unit {
                return Err(FormError::UnitChanged(line));
            }
            series.unit = unit;
            series.readings.push((at, value));
        }
        Ok(series)
    }

    /// The readings with parsed times, or the position of the first invalid time, counted from 0.
    pub fn read(&self) -> Result<Vec<Reading>, usize> {
        let read = |(place, (at, value)): (usize, &(String, f64))| reading(at, *value).ok_or(place);
        self.readings.iter().enumerate().map(read).collect()
    }
}

/// A time without a UTC offset is invalid: a changed clock could not be noticed.
fn reading(at: &str, value: f64) -> Option<Reading> {
    let pieces = DateTimeParser::new().parse_pieces(at).ok()?;
    let offset = match pieces.offset()? {
        PiecesOffset::Zulu => Offset::UTC,
        PiecesOffset::Numeric(numeric) => numeric.offset(),
        _ => return None,
    };
    let at = offset.to_timestamp(pieces.date().to_datetime(pieces.time()?)).ok()?;
    Some(Reading { at, offset, value })
}

/// A map in which a duplicate name is an error.
fn unique<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    struct Unique<V>(std::marker::PhantomData<V>);
    impl<'de, V: Deserialize<'de>> Visitor<'de> for Unique<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with unique names")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut values = BTreeMap::new();
            while let Some((name, value)) = map.next_entry::<String, V>()? {
                if values.insert(name, value).is_some() {
                    return Err(A::Error::custom("a name occurs twice"));
                }
            }
            Ok(values)
        }
    }
    deserializer.deserialize_map(Unique(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(at: &str) -> Option<Reading> {
        reading(at, 1.0)
    }

    #[test]
    fn a_time_keeps_its_utc_offset() {
        let [utc, paris] = ["2026-11-21T10:00:00Z", "2026-11-21T11:00:00+01:00"].map(|at| read(at).unwrap());
        assert_eq!(utc.at, paris.at);
        assert_eq!((utc.offset, paris.offset), (Offset::UTC, Offset::constant(1)));
    }

    #[test]
    fn an_incomplete_time_is_invalid() {
        for at in ["", "2026-11-21", "2026-11-21T10:00:00", "2026-11-31T10:00:00Z", "1790000000", "now"] {
            assert!(read(at).is_none(), "{at}");
        }
        let series = Series {
            unit: "Cel".into(),
            readings: vec![("2026-11-21T10:00:00Z".into(), 4.0), ("2026-11-21 at eleven".into(), 4.0)],
        };
        assert_eq!(series.read().unwrap_err(), 1);
    }

    #[test]
    fn pushed_values_have_units_and_unique_names() {
        let pushed: Pushed = serde_json::from_value(json!({
            "inputs": {"age": {"value": 54, "unit": "a"}, "sex": {"value": 1}},
            "series": {"temperature": {"unit": "Cel", "readings": [["2026-11-21T10:00:00Z", 4.5]]}},
            "image": "iVBORw==",
        }))
        .unwrap();
        assert_eq!(pushed.image, Some(Picture(b"\x89PNG".to_vec())));
        let shown = |name: &str| (pushed.inputs[name].value, pushed.inputs[name].unit.clone());
        assert_eq!((shown("age"), shown("sex")), ((54.0, "a".into()), (1.0, "1".into())));
        let again: Pushed = serde_json::from_str(&serde_json::to_string(&pushed).unwrap()).unwrap();
        assert_eq!(again, pushed);
        assert!(!format!("{pushed:?} {:?} {:?}", pushed.inputs, pushed.series).contains("54"));
        for refused in [
            r#"{"inputs": {"age": {"value": 54}, "age": {"value": 55}}}"#,
            r#"{"series": {"t": {"unit": "K", "readings": []}, "t": {"unit": "K", "readings": []}}}"#,
            r#"{"inputs": {"age": {"value": NaN}}}"#,
            r#"{"inputs": {"age": {"value": "54"}}}"#,
            r#"{"inputs": {"age": 54}}"#,
            r#"{"inputs": {"age": {"value": 54, "unit": "a", "name": "Jane"}}}"#,
            r#"{"values": {}}"#,
            r#"{"image": "not base64"}"#,
            r#"{"image": [1, 2]}"#,
        ] {
            assert!(serde_json::from_str::<Pushed>(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn csv_and_json_are_equivalent() {
        let rows = "at,value,unit\n2026-11-21T10:00:00Z,4.5,Cel\r\n2026-11-21T11:00:00Z, 5 ,Cel\n";
        let object =
            r#"{"unit": "Cel", "readings": [["2026-11-21T10:00:00Z", 4.5], ["2026-11-21T11:00:00Z", 5]]}"#;
        assert_eq!(Series::from_csv(rows.as_bytes()).unwrap(), Series::from_json(object.as_bytes()).unwrap());
    }

    #[test]
    fn malformed_rows_are_reported_with_their_line_number() {
        let refused = |rows: &str| Series::from_csv(rows.as_bytes()).unwrap_err();
        for rows in ["", "time,value,unit\n", "at,value\n", "<html></html>"] {
            assert_eq!(refused(rows), FormError::NotASeries(1), "{rows:?}");
        }
        let good = "at,value,unit\n2026-11-21T10:00:00Z,4.5,Cel\n";
        for row in ["2026-11-21T11:00:00Z,4.5", "2026-11-21T11:00:00Z,warm,Cel", "a,,Cel", "a,1,Cel,9"] {
            assert_eq!(refused(&format!("{good}{row}\n")), FormError::NotASeries(3), "{row}");
        }
        assert_eq!(refused(&format!("{good}2026-11-21T11:00:00Z,40,[degF]\n")), FormError::UnitChanged(3));
        assert_eq!(Series::from_json(b"{}").unwrap_err(), FormError::NotASeries(1));
        assert_eq!(
            Series::from_json(br#"{"unit": "K", "readings": [["a", NaN]]}"#).unwrap_err(),
            FormError::NotASeries(1)
        );
    }

    #[test]
    fn nan_is_kept_for_the_model_to_refuse() {
        let series = Series::from_csv(b"at,value,unit\n2026-11-21T10:00:00Z,NaN,Cel\n").unwrap();
        assert!(series.readings[0].1.is_nan());
    }
}

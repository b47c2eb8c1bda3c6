//! A server of series: readings with their times, as CSV or JSON.
//!
//! `GET {base_url}{series}?last={readings}`, and `&about={id}` where the run is about somebody or something. The answer
//! is `text/csv` with the header `at,value,unit`, or `application/json` of the form
//! `{"unit": "Cel", "readings": [["2026-11-21T10:00:00Z", 4.5], …]}`, in the order of time.

use std::collections::BTreeMap;

use super::endpoint::{is_json, Absence, Endpoint};
use super::{FetchError, SourceError};
use crate::config::SourceConfig;
use crate::inputs::Series;
use crate::subject::PatientId;

const ACCEPT: &str = "text/csv, application/json;q=0.9";
const HEADER: [&str; 3] = ["at", "value", "unit"];

/// A client of one server of series.
#[derive(Clone, Debug)]
pub struct SeriesSource(Endpoint);

impl SeriesSource {
    /// Reads the source's secrets and makes its client. Does not connect.
    pub fn new(config: &SourceConfig) -> Result<Self, SourceError> {
        Endpoint::new(config).map(Self)
    }

    /// All these series, each with so many of its latest readings.
    pub async fn fetch(
        &self,
        about: Option<&PatientId>,
        series: &BTreeMap<&str, usize>,
    ) -> Result<BTreeMap<String, Series>, FetchError> {
        let one = |(name, last)| async move { Ok((str::to_owned(name), self.get(about, name, last).await?)) };
        let fetch = futures::future::try_join_all(series.iter().map(|(name, last)| one((*name, *last))));
        self.0.within(async { Ok(fetch.await?.into_iter().collect()) }).await
    }

    async fn get(&self, about: Option<&PatientId>, series: &str, last: usize) -> Result<Series, FetchError> {
        let mut url = self.0.base.join(series).map_err(|_| FetchError::Elsewhere)?;
        url.query_pairs_mut().append_pair("last", &last.to_string());
        if let Some(about) = about {
            url.query_pairs_mut().append_pair("about", about.as_str());
        }
        let (kind, response) = self.0.get(url, ACCEPT, Absence::Unknown).await?;
        let read = match kind.as_str() {
            "text/csv" => from_csv,
            kind if is_json(kind) => from_json,
            _ => return Err(FetchError::WrongType),
        };
        read(&self.0.body(response).await?)
    }
}

fn from_json(bytes: &[u8]) -> Result<Series, FetchError> {
    serde_json::from_slice(bytes).map_err(|error| FetchError::NoSeries(error.line()))
}

/// All rows must have one unit: a change in the middle of a series is no reading that anybody could use.
fn from_csv(bytes: &[u8]) -> Result<Series, FetchError> {
    let malformed = |line: u64| FetchError::NoSeries(usize::try_from(line).unwrap_or(usize::MAX));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    if reader.headers().map_err(|_| malformed(1))? != HEADER.as_slice() {
        return Err(malformed(1));
    }
    let mut series = Series { unit: String::new(), readings: Vec::new() };
    for (row, read) in reader.deserialize::<(String, f64, String)>().enumerate() {
        // The header is line 1.
        let line = u64::try_from(row).unwrap_or(u64::MAX).saturating_add(2);
        let (at, value, unit) = read.map_err(|_| malformed(line))?;
        if !series.readings.is_empty() && unit != series.unit {
            return Err(FetchError::UnitChanged(usize::try_from(line).unwrap_or(usize::MAX)));
        }
        series.unit = unit;
        series.readings.push((at, value));
    }
    Ok(series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_and_json_say_the_same() {
        let rows = "at,value,unit\n2026-11-21T10:00:00Z,4.5,Cel\r\n2026-11-21T11:00:00Z, 5 ,Cel\n";
        let object =
            r#"{"unit": "Cel", "readings": [["2026-11-21T10:00:00Z", 4.5], ["2026-11-21T11:00:00Z", 5]]}"#;
        assert_eq!(from_csv(rows.as_bytes()).unwrap(), from_json(object.as_bytes()).unwrap());
    }

    #[test]
    fn rows_that_are_none_are_told_by_their_line() {
        let refused = |rows: &str| from_csv(rows.as_bytes()).unwrap_err();
        for rows in ["", "time,value,unit\n", "at,value\n", "<html></html>"] {
            assert_eq!(refused(rows), FetchError::NoSeries(1), "{rows:?}");
        }
        let good = "at,value,unit\n2026-11-21T10:00:00Z,4.5,Cel\n";
        for row in ["2026-11-21T11:00:00Z,4.5", "2026-11-21T11:00:00Z,warm,Cel", "a,,Cel", "a,1,Cel,9"] {
            assert_eq!(refused(&format!("{good}{row}\n")), FetchError::NoSeries(3), "{row}");
        }
        assert_eq!(refused(&format!("{good}2026-11-21T11:00:00Z,40,[degF]\n")), FetchError::UnitChanged(3));
        assert_eq!(from_json(b"{}").unwrap_err(), FetchError::NoSeries(1));
        assert_eq!(
            from_json(br#"{"unit": "K", "readings": [["a", NaN]]}"#).unwrap_err(),
            FetchError::NoSeries(1)
        );
    }

    #[test]
    fn what_is_no_number_stays_one_that_the_model_refuses() {
        let series = from_csv(b"at,value,unit\n2026-11-21T10:00:00Z,NaN,Cel\n").unwrap();
        assert!(series.readings[0].1.is_nan());
    }
}

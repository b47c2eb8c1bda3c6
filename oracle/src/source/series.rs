//! A server of series: readings with their times, as CSV or JSON.
//!
//! `GET {base_url}{series}?last={readings}`, and `&about={id}` if the run has a subject. The answer
//! is `text/csv` with the header `at,value,unit`, or `application/json` of the form
//! `{"unit": "Cel", "readings": [["2026-11-21T10:00:00Z", 4.5], …]}`, in the order of time.

use std::collections::BTreeMap;

use super::endpoint::{is_json, Absence, Endpoint};
use super::{FetchError, SourceError};
use crate::config::SourceConfig;
use crate::inputs::Series;
use crate::subject::PatientId;

const ACCEPT: &str = "text/csv, application/json;q=0.9";

/// A client of one server of series.
#[derive(Clone, Debug)]
pub struct SeriesSource(Endpoint);

impl SeriesSource {
    /// Reads the source's secrets and makes its client. Does not connect.
    pub fn new(config: &SourceConfig) -> Result<Self, SourceError> {
        Endpoint::new(config).map(Self)
    }

    /// All these series, each with this many of its latest readings.
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
            "text/csv" => Series::from_csv,
            kind if is_json(kind) => Series::from_json,
            _ => return Err(FetchError::WrongType),
        };
        read(&self.0.body(response, &mut 0).await?).map_err(FetchError::NoSeries)
    }
}

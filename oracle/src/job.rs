//! A job: its model, its source, and its approval on chain.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use inference::manifest::{Kind, Output, MAX_MANIFEST_BYTES};
use inference::{LoadError, Manifest, ManifestError, Model, NotValid, PartsError};
use primitives::feeds::{Configuration, Feed, FeedKind};
use primitives::{ModelId, Timestamp};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::config::JobConfig;
use crate::keys::OperatorKey;
use crate::ledger::{Ledger, LedgerError};
use crate::mapping::{self, MappingError};
use crate::report::{operator_index, ReportError};
use crate::retry::Decision;
use crate::source::{FhirSource, Source};

/// How long an answer of the registry is trusted. The contract checks every report again.
const REGISTRY_AGE: Duration = Duration::from_secs(5);

/// Why a job cannot run.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// A file of the model cannot be read, or is larger than it may be.
    #[error("job.model: {0}")]
    Unreadable(#[from] files::Error),
    /// The manifest is not valid.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The model's file is not the manifest's, or cannot be run.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The chain's registry does not have the model.
    #[error("the model is not registered in feeds; have it approved with `theriac model register`")]
    ModelUnknown,
    /// The registry has it with another manifest.
    #[error("the model's manifest is not the registered one; get model and manifest from the same release")]
    ManifestNotRegistered,
    /// Its approval was revoked.
    #[error("the model was revoked; install the model that the feed uses now")]
    ModelRevoked,
    /// It has expired, by the registry or by its manifest.
    #[error("the model has expired; have a newer version approved, and use that")]
    ModelExpired,
    /// Its manifest names a first day that has not come.
    #[error(
        "the model's first day (valid_from in its manifest) has not come; wait, or use the version before"
    )]
    ModelNotYetValid,
    /// The chain does not have the feed.
    #[error("feeds has no feed of this name; open it, or correct job.feed")]
    FeedUnknown,
    /// The feed uses another model.
    #[error("the feed uses another model; use that one in job.model")]
    FeedUsesOtherModel,
    /// The model has no output for the feed.
    #[error("the model has no output of the feed's kind and decimals, or several; name the right one in job.output")]
    FeedMismatch,
    /// A parameter of the job is not an input of the model, or its unit or value does not fit.
    #[error("job.parameters: {0}")]
    Parameters(MappingError),
    /// Our key is not registered in this contract.
    #[error(transparent)]
    Operator(#[from] ReportError),
    /// The chain does not answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The task that loads the model was cancelled.
    #[error("the model could not be loaded in the background; look for a lack of memory")]
    Interrupted,
}

impl JobError {
    /// Its name in logs, metrics and the store.
    #[must_use]
    pub fn kind(&self) -> String {
        let kind = match self {
            Self::Unreadable(_) => "model-unreadable",
            Self::Manifest(_) => "manifest-invalid",
            Self::Load(LoadError::WrongHash { .. }) => "model-file-changed",
            Self::Load(LoadError::Parts(PartsError::File(_))) => "model-unreadable",
            Self::Load(_) => "model-unusable",
            Self::ModelUnknown => "model-unknown",
            Self::ManifestNotRegistered => "manifest-not-registered",
            Self::ModelRevoked => "model-revoked",
            Self::ModelExpired => "model-expired",
            Self::ModelNotYetValid => "model-not-yet-valid",
            Self::FeedUnknown => "feed-unknown",
            Self::FeedUsesOtherModel => "feed-uses-other-model",
            Self::FeedMismatch => "feed-mismatch",
            Self::Parameters(_) => "parameters-unusable",
            Self::Operator(error) => error.kind(),
            Self::Ledger(error) => return error.kind(),
            Self::Interrupted => "interrupted",
        };
        kind.to_owned()
    }

    /// The decision about the run.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match self {
            Self::Ledger(error) => error.decision(),
            Self::Interrupted => Decision::Retry,
            // An operator, an administrator or a regulator can repair each.
            _ => Decision::Wait,
        }
    }
}

/// The parts of a job that a run needs, as the chain approved them a moment ago.
#[derive(Clone)]
pub struct Ready {
    /// The model that the registry knows and the feed uses.
    pub model: Model,
    /// The index of the output for the feed.
    pub output: usize,
    /// Its number in the registry.
    pub id: ModelId,
    /// The feed.
    pub feed: Feed,
    /// The configuration on chain.
    pub configuration: Configuration,
    /// The digest of the configuration, which reports carry.
    pub digest: [u8; 32],
    /// Our index among the operators.
    pub operator: u8,
    /// The last moment at which the model is valid, by the registry and by its manifest.
    pub valid_until: Timestamp,
}

/// A job with its model and its source.
pub struct Job {
    /// Its configuration.
    pub config: JobConfig,
    /// The source of data, unless they are pushed.
    pub source: Option<Source>,
    /// The server to which its results are written, if one is named.
    pub results: Option<FhirSource>,
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    ready: Option<(Instant, Ready)>,
    /// Loading continues even if its caller is gone: the next caller finds the model.
    loading: Option<JoinHandle<Result<Model, JobError>>>,
}

impl Job {
    /// Nothing is checked yet.
    #[must_use]
    pub fn new(config: JobConfig, source: Option<Source>) -> Self {
        Self { config, source, results: None, slot: Mutex::default() }
    }

    /// The parts that a run needs, if the chain approves: asked at most every few seconds.
    ///
    /// The model's hash and its manifest's are found in the registry before the model is loaded.
    pub async fn ready<L: Ledger>(
        &self,
        ledger: &L,
        key: &OperatorKey,
        now: Timestamp,
    ) -> Result<Ready, JobError> {
        let mut slot = self.slot.lock().await;
        if let Some((since, ready)) = &slot.ready {
            if since.elapsed() < REGISTRY_AGE {
                return Ok(ready.clone());
            }
        }
        // A loaded model stays in memory, even if the chain no longer approves it.
        let loaded = slot.ready.as_ref().map(|(_, ready)| ready.model.clone());
        let ready = self.check(ledger, key, loaded, &mut slot.loading, now).await;
        match &ready {
            Ok(ready) => slot.ready = Some((Instant::now(), ready.clone())),
            // The folder may have the new one already, or soon: it is read again.
            Err(JobError::FeedUsesOtherModel | JobError::ManifestNotRegistered) => slot.ready = None,
            Err(_) => {}
        }
        ready
    }

    /// Until when the model is valid, by the registry and its manifest, if that is known without waiting.
    pub fn model_valid_until(&self) -> Option<Timestamp> {
        let slot = self.slot.try_lock().ok()?;
        slot.ready.as_ref().map(|(_, ready)| ready.valid_until)
    }

    /// Discards the last answer of the chain, because a report that relied on it was refused.
    pub async fn invalidate(&self) {
        if let Some((since, _)) = self.slot.lock().await.ready.as_mut() {
            *since = since.checked_sub(REGISTRY_AGE).unwrap_or(*since);
        }
    }

    async fn check<L: Ledger>(
        &self,
        ledger: &L,
        key: &OperatorKey,
        loaded: Option<Model>,
        loading: &mut Option<JoinHandle<Result<Model, JobError>>>,
        now: Timestamp,
    ) -> Result<Ready, JobError> {
        let manifest = match &loaded {
            Some(model) => Arc::new(model.manifest().clone()),
            None => Arc::new(in_background(self.config.model.clone(), |folder| manifest(&folder)).await?),
        };
        let id = ModelId(manifest.model.sha256);
        let record = ledger.model(id).await?.ok_or(JobError::ModelUnknown)?;
        if record.manifest.0 != manifest.hash() {
            return Err(JobError::ManifestNotRegistered);
        }
        if record.revoked {
            return Err(JobError::ModelRevoked);
        }
        match manifest.ensure_valid_at(now) {
            Err(NotValid::NotYet(_)) => return Err(JobError::ModelNotYetValid),
            Ok(()) if now <= record.valid_until => {}
            _ => return Err(JobError::ModelExpired),
        }
        let feed = ledger.feed(self.config.feed).await?.ok_or(JobError::FeedUnknown)?;
        if feed.model != id {
            return Err(JobError::FeedUsesOtherModel);
        }
        let output = match (&self.config.output, manifest.outputs.as_slice()) {
            (Some(name), _) => manifest.output(name),
            (None, [output]) => Some((0, output)),
            (None, _) => None,
        };
        let (output, Output { decimals, .. }) = output.ok_or(JobError::FeedMismatch)?;
        if *decimals != feed.decimals || feed_kind(manifest.kind) != feed.kind {
            return Err(JobError::FeedMismatch);
        }
        mapping::check_parameters(&manifest, &self.config.parameters).map_err(JobError::Parameters)?;
        let (configuration, digest) = ledger.configuration().await?;
        let operator = operator_index(&configuration, key)?;
        let model = match loaded {
            Some(model) => model,
            None => {
                let folder = self.config.model.clone();
                let expected = manifest.hash();
                let task = loading
                    .get_or_insert_with(|| tokio::task::spawn_blocking(move || load(&folder, &manifest)));
                let loaded = task.await;
                *loading = None;
                let model = loaded.map_err(|_| JobError::Interrupted)??;
                // Its loading may have begun when the folder had another model.
                if model.manifest().hash() != expected {
                    return Err(JobError::ManifestNotRegistered);
                }
                model
            }
        };
        let valid_until = record.valid_until.min(model.manifest().valid_until_ms());
        Ok(Ready { model, output, id, feed, configuration, digest, operator, valid_until })
    }
}

/// Reads files and graphs where blocking is allowed.
async fn in_background<A: Send + 'static, T: Send + 'static>(
    argument: A,
    work: impl FnOnce(A) -> Result<T, JobError> + Send + 'static,
) -> Result<T, JobError> {
    tokio::task::spawn_blocking(move || work(argument)).await.map_err(|_| JobError::Interrupted)?
}

fn manifest(folder: &Path) -> Result<Manifest, JobError> {
    Ok(Manifest::parse(&files::read(&folder.join("manifest.json"), MAX_MANIFEST_BYTES)?)?)
}

/// The approved manifest and the bytes that it names, so that later changes of the files have no effect.
fn load(folder: &Path, manifest: &Manifest) -> Result<Model, JobError> {
    Ok(Model::with_manifest(folder, manifest.clone())?)
}

/// The kind of the feeds that take the results of a model of this kind.
#[must_use]
pub const fn feed_kind(kind: Kind) -> FeedKind {
    match kind {
        Kind::DiseaseRisk => FeedKind::DiseaseRisk,
        Kind::DemandForecast => FeedKind::DemandForecast,
        Kind::SupplyAnomaly => FeedKind::Anomaly,
        Kind::ColdChainExcursion => FeedKind::ColdChainExcursion,
        Kind::ClaimFraud => FeedKind::ClaimFraud,
        Kind::OutbreakForecast => FeedKind::Outbreak,
        Kind::Readmission => FeedKind::Readmission,
        Kind::Vitals => FeedKind::Vitals,
        Kind::Inventory => FeedKind::Inventory,
        Kind::Routing => FeedKind::Routing,
    }
}

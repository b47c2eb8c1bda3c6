//! Where envelopes are kept: a folder, or a bucket of an S3-compatible service. The store is not trusted.

use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, ObjectStoreExt, PutMode, PutOptions, RetryConfig};
use url::Url;

use crate::envelope::MAX_ENVELOPE;
use crate::hash;

/// How long all tries of a request may take together.
const RETRY: Duration = Duration::from_secs(60);
const RETRIES: usize = 3;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not an address of a store.
    #[error("the store {url} cannot be used: {reason}; give file:///folder or s3://bucket, see docs/confidential.md")]
    BadAddress {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The object is not there.
    #[error("the store {store} has no envelope {hash}; ask its author to put it there")]
    NotFound {
        /// Which store.
        store: String,
        /// The hash in hexadecimal.
        hash: String,
    },
    /// The object is another than its name says.
    #[error("the store {store} gives other bytes for the envelope {hash}: they were changed; tell the store's keeper")]
    Tampered {
        /// Which store.
        store: String,
        /// The hash in hexadecimal.
        hash: String,
    },
    /// Longer than any envelope.
    #[error("the object of {length} bytes is longer than an envelope's {MAX_ENVELOPE}: it is none; tell the store's keeper")]
    TooLong {
        /// Its length in bytes.
        length: u64,
    },
    /// The store cannot be reached, or refuses.
    #[error(
        "the store {store} does not answer as it should: {reason}; check the network and the access rights"
    )]
    Unavailable {
        /// Which store.
        store: String,
        /// What happened.
        reason: String,
    },
}

/// A store of envelopes, each under the hexadecimal SHA-256 of its bytes.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    shown: String,
}

impl Store {
    /// The store at an address: `file:///folder`, which must exist, or `s3://bucket` with an optional prefix. Keys,
    /// region and endpoint of S3 come from the usual environment variables (`AWS_ACCESS_KEY_ID`, `AWS_REGION`,
    /// `AWS_ENDPOINT_URL` and so on).
    ///
    /// # Errors
    /// [`StoreError::BadAddress`].
    pub fn open(address: &str) -> Result<Self, StoreError> {
        let bad = |reason: String| StoreError::BadAddress { url: address.to_owned(), reason };
        let url = Url::parse(address).map_err(|error| bad(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            // The address is shown in messages.
            let url = format!("{}://…", url.scheme());
            return Err(StoreError::BadAddress { url, reason: "it holds a secret or a query".to_owned() });
        }
        match url.scheme() {
            "file" => {
                let folder =
                    url.to_file_path().map_err(|()| bad("it names no folder of this computer".to_owned()))?;
                if !folder.is_dir() {
                    return Err(bad("there is no such folder".to_owned()));
                }
                let objects =
                    LocalFileSystem::new_with_prefix(folder).map_err(|error| bad(error.to_string()))?;
                Ok(Self::of(Arc::new(objects.with_fsync(true)), Path::default(), address))
            }
            "s3" => {
                // Another provider may be in place already, which is as good.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let prefix = Path::from_url_path(url.path()).map_err(|error| bad(error.to_string()))?;
                let bucket = url.host_str().ok_or_else(|| bad("it names no bucket".to_owned()))?;
                let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry());
                let objects = builder.build().map_err(|error| bad(error.to_string()))?;
                Ok(Self::of(Arc::new(objects), prefix, address))
            }
            scheme => Err(bad(format!("{scheme} is not supported"))),
        }
    }

    fn of(objects: Arc<dyn ObjectStore>, prefix: Path, address: &str) -> Self {
        Self { objects, prefix, shown: address.to_owned() }
    }

    /// Keeps an envelope, unless it is there already, and returns its hash.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] where other bytes have its name, [`StoreError::Unavailable`].
    pub async fn put(&self, envelope: &[u8]) -> Result<[u8; 32], StoreError> {
        let hash = hash(envelope);
        let options = PutOptions { mode: PutMode::Create, ..Default::default() };
        match self.objects.put_opts(&self.object(&hash), envelope.to_vec().into(), options).await {
            Ok(_) => Ok(hash),
            Err(object_store::Error::AlreadyExists { .. }) => self.get(hash).await.map(|_| hash),
            Err(error) => Err(self.unavailable(&error)),
        }
    }

    /// The envelope with this hash: exactly the bytes that have it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::TooLong`], [`StoreError::Tampered`], [`StoreError::Unavailable`].
    pub async fn get(&self, wanted: [u8; 32]) -> Result<Vec<u8>, StoreError> {
        let found = self.objects.get(&self.object(&wanted)).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => {
                StoreError::NotFound { store: self.shown.clone(), hash: hex::encode(wanted) }
            }
            error => self.unavailable(&error),
        })?;
        let length = found.meta.size;
        if length > MAX_ENVELOPE as u64 {
            return Err(StoreError::TooLong { length });
        }
        let mut bytes = Vec::new();
        let mut parts = found.into_stream();
        while let Some(part) = parts.try_next().await.map_err(|error| self.unavailable(&error))? {
            bytes.extend_from_slice(&part);
            // The announced length is what the store says, and need not be true.
            if bytes.len() > MAX_ENVELOPE {
                return Err(StoreError::TooLong { length: bytes.len() as u64 });
            }
        }
        if hash(&bytes) != wanted {
            return Err(StoreError::Tampered { store: self.shown.clone(), hash: hex::encode(wanted) });
        }
        Ok(bytes)
    }

    fn object(&self, hash: &[u8; 32]) -> Path {
        self.prefix.clone().join(hex::encode(hash))
    }

    fn unavailable(&self, error: &object_store::Error) -> StoreError {
        StoreError::Unavailable { store: self.shown.clone(), reason: error.to_string() }
    }
}

fn retry() -> RetryConfig {
    RetryConfig { backoff: BackoffConfig::default(), max_retries: RETRIES, retry_timeout: RETRY }
}

//! The store of envelopes: a folder, or a bucket of an S3-compatible service. The store is not trusted.

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

/// Time limit for all attempts of a request together.
const RETRY: Duration = Duration::from_secs(60);
const RETRIES: usize = 3;

/// Why a request to the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is not one of a store.
    #[error("the store {url} cannot be used: {reason}; give file:///folder or s3://bucket, see docs/confidential.md")]
    BadAddress {
        /// The address.
        url: String,
        /// The fault.
        reason: String,
    },
    /// The object does not exist.
    #[error("the store {store} has no envelope {hash}; ask its author to put it there")]
    NotFound {
        /// The store.
        store: String,
        /// The hash in hexadecimal.
        hash: String,
    },
    /// The object does not match its name.
    #[error("the store {store} returns other bytes for the envelope {hash}: they were changed; inform the owner of the store")]
    Tampered {
        /// The store.
        store: String,
        /// The hash in hexadecimal.
        hash: String,
    },
    /// Longer than any envelope.
    #[error("the object has {length} bytes, more than the {MAX_ENVELOPE} of an envelope; inform the owner of the store")]
    TooLong {
        /// Its length in bytes.
        length: u64,
    },
    /// The store cannot be reached, or refuses.
    #[error("the store {store} failed: {reason}; check the network and the access rights")]
    Unavailable {
        /// The store.
        store: String,
        /// The cause.
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
            // Messages show the address.
            let url = format!("{}://…", url.scheme());
            return Err(StoreError::BadAddress { url, reason: "it contains a secret or a query".to_owned() });
        }
        match url.scheme() {
            "file" => {
                let folder = url
                    .to_file_path()
                    .map_err(|()| bad("it does not name a folder of this computer".to_owned()))?;
                if !folder.is_dir() {
                    return Err(bad("the folder does not exist".to_owned()));
                }
                let objects =
                    LocalFileSystem::new_with_prefix(folder).map_err(|error| bad(error.to_string()))?;
                Ok(Self::of(Arc::new(objects.with_fsync(true)), Path::default(), address))
            }
            "s3" => {
                // Another provider may be installed already, which is as good.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let prefix = Path::from_url_path(url.path()).map_err(|error| bad(error.to_string()))?;
                let bucket = url.host_str().ok_or_else(|| bad("it does not name a bucket".to_owned()))?;
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

    /// Stores an envelope, unless it is there already, and returns its hash.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] if other bytes have its name, [`StoreError::Unavailable`].
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
            // The length that the store announces may be wrong.
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

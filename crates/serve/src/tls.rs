//! TLS: a certificate chain and its key in PEM, read again when they change.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::ServerConfig;

use crate::watched::Watched;

/// The most bytes of a file with a chain, and of one with a key.
const MAX_BYTES: usize = 256 << 10;

/// Why TLS cannot be set up. No message holds any part of the key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, is too large, or others than the owner may read or write the key.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The chain.
    #[error("{path} holds no certificates; write the service's certificate and those of its issuers, in PEM", path = .0.display())]
    NoCertificate(PathBuf),
    /// The key.
    #[error("{path} holds no private key; write one in PEM (PKCS #8, PKCS #1 or SEC 1)", path = .0.display())]
    NoKey(PathBuf),
    /// The key does not belong to the certificate, or is of an unknown kind.
    #[error("the certificate and the key cannot be used together ({0}); install both again")]
    Unusable(rustls::Error),
}

/// A service's certificate and key, as their files are. While they cannot be used, those before are.
#[derive(Debug)]
pub struct Tls(Watched<ServerConfig>);

impl Tls {
    /// Reads the chain, the service's own certificate first, and the key, which only its owner may read.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn new(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        let paths = vec![certificate.clone(), key.clone()];
        Watched::new("the certificate", paths, move || read(&certificate, &key)).map(Self)
    }

    /// For the next handshake.
    pub(crate) fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        self.0.get().into()
    }

    /// Lets the next handshake look at the files.
    #[cfg(test)]
    pub(crate) fn look_soon(&self) {
        self.0.look_soon();
    }
}

fn read(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let chain = files::read(certificate, MAX_BYTES)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain).collect::<Result<_, _>>().unwrap_or_default();
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.to_owned()));
    }
    let secret = files::read_secret(key, MAX_BYTES)?;
    let secret = PrivateKeyDer::from_pem_slice(&secret).map_err(|_| TlsError::NoKey(key.to_owned()))?;
    let versions = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unusable)?;
    let mut config =
        versions.with_no_client_auth().with_single_cert(chain, secret).map_err(TlsError::Unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{write_private, Authority};

    #[test]
    fn what_cannot_be_used_is_refused_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        let refused = || Tls::new(&certificate, &key).unwrap_err();
        assert!(matches!(refused(), TlsError::File(_)), "no file");
        let authority = Authority::new();
        let (chain, secret) = authority.issue("localhost");
        let (_, other) = authority.issue("localhost");
        write_private(&certificate, &secret);
        write_private(&key, &secret);
        assert!(matches!(refused(), TlsError::NoCertificate(path) if path == certificate));
        write_private(&certificate, &chain);
        write_private(&key, &chain);
        assert!(matches!(refused(), TlsError::NoKey(path) if path == key));
        write_private(&key, &other);
        let unusable = refused();
        assert!(matches!(unusable, TlsError::Unusable(_)), "{unusable}");
        write_private(&key, &secret);
        Tls::new(&certificate, &key).unwrap();
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(refused().to_string().ends_with("run `chmod 600` on it"));
    }
}

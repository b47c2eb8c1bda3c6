//! TLS in front of a service that speaks none: what a reverse proxy does for a node or a FHIR server.
//!
//! Its certificate is for `localhost`, by an authority of its own that nobody trusts unless configured to.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::ServerConfig;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub struct TlsProxy {
    port: u16,
    authority: String,
    task: JoinHandle<()>,
}

impl TlsProxy {
    /// Listens on a free port of this machine, and passes on to `target`, a host and a port.
    ///
    /// # Errors
    /// Where there is no port, or no certificate can be made.
    pub async fn start(target: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let (config, authority) = certified()?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let target = target.to_owned();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, target) = (acceptor.clone(), target.clone());
                // A client that does not trust us breaks its connection off, and no other.
                tokio::spawn(async move { pass(&acceptor, client, &target).await });
            }
        });
        Ok(Self { port, authority, task })
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of its authority, in PEM.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl Drop for TlsProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(acceptor: &TlsAcceptor, client: TcpStream, target: &str) -> io::Result<()> {
    let mut client = acceptor.accept(client).await?;
    let mut service = TcpStream::connect(target).await?;
    service.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut service).await.map(drop)
}

/// A server's set-up, and the PEM of the authority behind it.
fn certified() -> Result<(ServerConfig, String), Box<dyn std::error::Error + Send + Sync>> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?.pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok((config, authority))
}

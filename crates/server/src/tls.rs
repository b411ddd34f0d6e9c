//! TLS by rustls: a certificate and its key, read again when their files change. Who is connected stays connected; the
//! next handshake shows what was read last.

use axum::serve::Listener;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    future::Future,
    io::{self, Read},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{interval, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use zeroize::Zeroizing;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(60);
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at once; further connections wait to be taken.
const HANDSHAKES: usize = 256;
/// A certificate with its chain, or a key, has a few thousand bytes.
const MOST: u64 = 1 << 20;

/// Why a certificate or its key was refused.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than its owner may read or write the key.
    #[error("the key in `{}` has mode {mode:03o}; nobody but its owner may touch it: `chmod 600` it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// No certificate stands in the file.
    #[error("`{}` holds no certificate; give the chain as PEM, the server's own first", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// No key stands in the file.
    #[error("`{}` holds no private key; give it as PEM, without a passphrase", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The two do not belong together, or are of a kind that is not known.
    #[error("the certificate in `{}` and the key in `{}` cannot be used together", certificate.display(), key.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// A certificate and its key. Clones are one.
#[derive(Debug, Clone)]
pub struct Tls(Arc<Files>);

#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    shown: Mutex<Shown>,
}

/// What was read last.
#[derive(Debug)]
struct Shown {
    pair: Arc<CertifiedKey>,
    digest: [u8; 32],
}

impl Tls {
    /// From PEM files: the certificate's chain, and its key.
    ///
    /// # Errors
    /// See [`TlsError`]; a key that others may touch is one.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let shown = Mutex::new(Shown::read(certificate, key)?);
        Ok(Self(Arc::new(Files { certificate: certificate.into(), key: key.into(), shown })))
    }

    /// Reads the files again; whether they changed. What cannot be used leaves the old pair in place.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn renew(&self) -> Result<bool, TlsError> {
        let read = Shown::read(&self.0.certificate, &self.0.key)?;
        let mut shown = self.0.shown.lock().expect("no holder panics");
        let is_new = read.digest != shown.digest;
        if is_new {
            *shown = read;
        }
        Ok(is_new)
    }

    /// Looks at the files every minute until `stop`.
    pub(crate) async fn follow(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut minutes = interval(LOOK);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = minutes.tick() => match self.renew() {
                    Ok(true) => tracing::info!("the certificate was read anew"),
                    Ok(false) => {}
                    // Files are seldom replaced in one step: the next minute finds the other half.
                    Err(error) => tracing::warn!(
                        %error,
                        cause = std::error::Error::source(&error).map(tracing::field::display),
                        "the changed certificate cannot be used; the old one stays"
                    ),
                },
            }
        }
    }

    /// Takes connections of `tcp` and speaks TLS on them, HTTP/2 where the other side can.
    pub(crate) fn over(&self, tcp: TcpListener) -> TlsListener {
        let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .expect("ring has what these versions need")
            .with_no_client_auth()
            .with_cert_resolver(self.0.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsListener { tcp, acceptor: Arc::new(config).into(), handshakes: JoinSet::new() }
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.lock().expect("no holder panics").pair.clone())
    }
}

impl Shown {
    fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let (_, chain) = bytes(certificate)?;
        let (mode, secret) = bytes(key)?;
        if mode & 0o077 != 0 {
            return Err(TlsError::Open { path: key.into(), mode });
        }
        let digest =
            Sha256::new().chain_update(Sha256::digest(&*chain)).chain_update(Sha256::digest(&*secret)).finalize();
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&chain).filter_map(Result::ok).collect();
        if certificates.is_empty() {
            return Err(TlsError::NoCertificate { path: certificate.into() });
        }
        let secret = PrivateKeyDer::from_pem_slice(&secret).map_err(|_| TlsError::NoKey { path: key.into() })?;
        let pair = CertifiedKey::from_der(certificates, secret, &ring::default_provider());
        let pair =
            pair.map_err(|source| TlsError::Pair { certificate: certificate.into(), key: key.into(), source })?;
        Ok(Self { pair: pair.into(), digest: digest.into() })
    }
}

/// A file's permission bits and bytes, of one opened file.
fn bytes(path: &Path) -> Result<(u32, Zeroizing<Vec<u8>>), TlsError> {
    let read = || {
        let file = File::open(path)?;
        let mode = file.metadata()?.permissions().mode() & 0o777;
        let mut bytes = Zeroizing::new(Vec::with_capacity(16 << 10));
        file.take(MOST).read_to_end(&mut bytes)?;
        Ok((mode, bytes))
    };
    read().map_err(|source| TlsError::Read { path: path.into(), source })
}

/// Connections whose handshake is done. A slow one holds up nobody.
pub(crate) struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                (stream, address) = Listener::accept(&mut self.tcp), if self.handshakes.len() < HANDSHAKES => {
                    let acceptor = self.acceptor.clone();
                    self.handshakes.spawn(async move {
                        let _ = stream.set_nodelay(true);
                        let shaken = timeout(HANDSHAKE, acceptor.accept(stream)).await;
                        // Scanners and browsers that do not know the certificate leave in the middle.
                        shaken.ok()?.inspect_err(|error| tracing::debug!(%error, "a handshake failed")).ok().map(|s| (s, address))
                    });
                }
                Some(shaken) = self.handshakes.join_next() => {
                    if let Ok(Some(connection)) = shaken {
                        return connection;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use std::fs;

    fn write(folder: &Path) -> (PathBuf, PathBuf) {
        let made = generate_simple_self_signed(["localhost".into()]).expect("a certificate");
        let CertifiedKey { cert, signing_key } = made;
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&certificate, cert.pem()).expect("written");
        fs::write(&key, signing_key.serialize_pem()).expect("written");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("shut");
        (certificate, key)
    }

    #[tokio::test(start_paused = true)]
    async fn the_files_are_looked_at_every_minute() {
        let folder = tempfile::tempdir().expect("a folder");
        let (certificate, key) = write(folder.path());
        let tls = Tls::read(&certificate, &key).expect("a pair");
        let shown = || tls.0.shown.lock().expect("no holder panics").digest;
        let first = shown();
        tls.follow(tokio::time::sleep(Duration::from_secs(5))).await;
        assert_eq!(shown(), first);
        let watched = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            write(folder.path());
            tokio::time::sleep(Duration::from_secs(58)).await;
            assert_eq!(shown(), first, "not before its minute");
            tokio::time::sleep(Duration::from_secs(2)).await;
        };
        tls.follow(watched).await;
        assert_ne!(shown(), first);
    }
}

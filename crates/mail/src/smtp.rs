//! Letters to a mail server.

use crate::{Accepted, Address, Headers, SendError, Sender, Text, sending::compose};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
};
use std::{fmt, net::IpAddr, sync::Mutex, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// How many letters leave at the same time; most servers allow a client ten connections.
const CONNECTIONS: usize = 4;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte, usually on port 465.
    Implicit,
    /// After `STARTTLS`, usually on port 587. A server that does not offer it is refused.
    StartTls,
    /// Not at all; only to this machine.
    None,
}

/// Who we are to the mail server. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[login]")
    }
}

/// Which mail server, and as whom.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Who we are to it, if it asks.
    pub login: Option<Login>,
    /// Whose name stands at the top of the letters.
    pub from: Sender,
    /// How long one letter may take, from the connection to the last answer.
    pub timeout: Duration,
}

/// What is wrong with [`SmtpSettings`].
#[derive(Debug, thiserror::Error)]
pub enum SmtpSettingsError {
    /// Without encryption to another machine.
    #[error("`{host}` is another machine, so letters to it have to be encrypted; use implicit TLS or STARTTLS")]
    Unencrypted {
        /// The server.
        host: String,
    },
    /// The system has no certificates to check the server's with, or the host's name is none.
    #[error("TLS to `{host}` could not be set up; install the system's root certificates")]
    Certificates {
        /// The server.
        host: String,
        /// What the library says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No time at all.
    #[error("the time for a letter is zero; allow at least a second")]
    NoTime,
}

/// Sends letters to one mail server over at most four connections, which stay open for the next letter.
pub struct SmtpPost {
    settings: SmtpSettings,
    /// How we greet the server: by the domain that we write from.
    hello: ClientId,
    encryption: Option<TlsParameters>,
    /// Connections between letters. One that a letter did not bring to its end is not among them: its next answer would
    /// be taken for the answer to something else.
    idle: Mutex<Vec<AsyncSmtpConnection>>,
    permits: Semaphore,
}

impl SmtpPost {
    /// Checks the settings; connects to nobody.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSettingsError> {
        let host = settings.host.clone();
        if settings.timeout.is_zero() {
            return Err(SmtpSettingsError::NoTime);
        }
        let encryption = match settings.tls {
            Tls::None if is_loopback(&host) => None,
            Tls::None => return Err(SmtpSettingsError::Unencrypted { host }),
            Tls::Implicit | Tls::StartTls => Some(
                TlsParameters::new(host.clone())
                    .map_err(|source| SmtpSettingsError::Certificates { host, source: source.into() })?,
            ),
        };
        let hello = ClientId::Domain(settings.from.address.domain().to_owned());
        Ok(Self { settings, hello, encryption, idle: Mutex::default(), permits: Semaphore::new(CONNECTIONS) })
    }

    pub(crate) async fn send(&self, to: &Address, text: &Text, headers: &Headers) -> Result<Accepted, SendError> {
        let bytes = compose(&self.settings.from, to, text, headers)?;
        let _permit = self.permits.acquire().await.map_err(|_| SendError::Unreachable)?;
        timeout(self.settings.timeout, async {
            let mut connection = match self.take_idle().await {
                Some(connection) => connection,
                None => self.connect().await.map_err(|_| SendError::Unreachable)?,
            };
            deliver(&mut connection, &self.settings.from.address, to, &bytes).await?;
            self.idle.lock().unwrap_or_else(|broken| broken.into_inner()).push(connection);
            Ok(Accepted)
        })
        .await
        .unwrap_or(Err(SendError::Unreachable))
    }

    /// A connection that still answers.
    async fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut connection = self.idle.lock().unwrap_or_else(|broken| broken.into_inner()).pop()?;
            if connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let SmtpSettings { host, port, tls, login, timeout, .. } = &self.settings;
        let implicit = self.encryption.clone().filter(|_| *tls == Tls::Implicit);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), Some(*timeout), &self.hello, implicit, None)
                .await?;
        if let (Tls::StartTls, Some(encryption)) = (tls, &self.encryption) {
            connection.starttls(encryption.clone(), &self.hello).await?;
        }
        if let Some(Login { user, password }) = login {
            connection.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password.clone())).await?;
        }
        Ok(connection)
    }
}

impl fmt::Debug for SmtpPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SmtpPost").field(&self.settings).finish()
    }
}

/// One letter over a connection that is between letters, and afterwards is again if this says so.
async fn deliver(
    connection: &mut AsyncSmtpConnection,
    from: &Address,
    to: &Address,
    bytes: &[u8],
) -> Result<(), SendError> {
    let ours = |error: Error| match error.status() {
        Some(code) => SendError::Refused { permanent: false, code: code.into() },
        None => SendError::Unreachable,
    };
    let theirs = |error: Error| match error.status() {
        Some(code) => SendError::Refused { permanent: error.is_permanent(), code: code.into() },
        None => SendError::Unreachable,
    };
    connection.command(Mail::new(Some(from.lettre()), Vec::new())).await.map_err(ours)?;
    connection.command(Rcpt::new(to.lettre(), Vec::new())).await.map_err(theirs)?;
    connection.command(Data).await.map_err(theirs)?;
    connection.message(bytes).await.map_err(theirs)?;
    Ok(())
}

/// Whether `host` can only be this machine.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

//! Settings of a running Vestry: one TOML file, read once at start, checked whole, unknown keys refused.

use crate::accounts::Origin;
use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};
use std::{fmt, path::PathBuf};
use vestry_credentials::Network;
use zeroize::Zeroizing;

/// The reference of all settings: every key with its default and what it does. Parsing it gives the defaults.
pub const REFERENCE: &str = include_str!("config.toml");

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where things are kept.
    pub store: StoreConfig,
    /// Which privacy policy is obeyed.
    pub policy: PolicyConfig,
    /// Which terms of use are agreed to.
    pub terms: TermsConfig,
    /// Where personal data and its keys are.
    pub vault: VaultConfig,
    /// Where copies go that survive this machine.
    pub backup: BackupConfig,
    /// How patient accounts are.
    pub accounts: AccountsConfig,
    /// Whether members sign in with passkeys, and on which host.
    pub passkeys: PasskeysConfig,
    /// How letters leave, and who writes them.
    pub mail: MailConfig,
    /// What an image may be.
    pub images: ImageConfig,
    /// What may be fetched by URL.
    pub fetch: FetchConfig,
    /// How the server listens.
    pub server: ServerConfig,
    /// Keys from the environment, which whoever runs this read: master, separated, signing. Not a setting.
    #[serde(skip)]
    pub key_variables: [KeyVariable; 3],
}

/// A key in an environment variable: its name and value, if it is set. It does not print.
#[derive(Clone, Default, PartialEq)]
pub struct KeyVariable {
    /// Name and value.
    pub value: Option<(String, Zeroizing<String>)>,
}

impl KeyVariable {
    /// The variable of that name, if it is set.
    pub fn read(name: &str) -> Self {
        Self { value: std::env::var(name).ok().map(|value| (name.to_owned(), Zeroizing::new(value))) }
    }
}

impl fmt::Debug for KeyVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyVariable").field(&self.value.as_ref().map(|(name, _)| name)).finish()
    }
}

/// Where things are kept.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `postgres://…`; empty for SQLite inside the data folder.
    pub url: String,
}

/// Which privacy policy is obeyed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyConfig {
    /// The files of its versions; none for the built-in one.
    pub files: Vec<PathBuf>,
}

/// Which terms of use whoever signs up agrees to.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TermsConfig {
    /// The file of the Korean text; with `en`, or neither for the ones that come along.
    pub ko: PathBuf,
    /// The file of the English text.
    pub en: PathBuf,
}

/// Where personal data and its keys are.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VaultConfig {
    /// The folder of the three key files; empty for the data folder's name with `-keys` behind it.
    pub keys: PathBuf,
    /// A program that prints the master key, and its arguments, instead of its file.
    pub master_command: Vec<String>,
    /// The same for the master key of what is kept apart.
    pub separated_command: Vec<String>,
    /// The same for the key that signs the audit log.
    pub signing_command: Vec<String>,
    /// `postgres://…` of the database of people; empty for files in the data folder, then the other two as well.
    pub people_url: String,
    /// `postgres://…` of the separated store.
    pub separated_url: String,
    /// `postgres://…` of the database of keys.
    pub keys_url: String,
    /// After how many days PostgreSQL's operator deletes write-ahead logs that are archived or kept for a replica; 0 when
    /// no limit is stated, which `vestry doctor` refuses where such logs are kept.
    pub archive_days: u32,
}

/// Where copies go that survive this machine.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupConfig {
    /// Who may read them: `age1…`.
    pub recipients: Vec<String>,
    /// Folders that hold generations of the keys, the audit log and backups.
    pub places: Vec<PathBuf>,
}

/// How patient accounts are. What the policy file gives a period to is not set here.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountsConfig {
    /// Wrong passwords of one account until the next try has to wait.
    pub free_tries: Within<1, 20>,
    /// How long it waits at most; what went wrong is forgotten after a day.
    pub longest_wait_minutes: Within<1, 1_440>,
    /// How long a mailed link confirms an address. The policy keeps a sign-up that waits three days, and no link is longer.
    pub confirm_hours: Within<1, 72>,
    /// How long a changed address can be undone from the old one.
    pub undo_days: Within<1, 30>,
    /// How long a copy of somebody's data waits to be fetched.
    pub copy_days: Within<1, 14>,
}

impl Default for AccountsConfig {
    fn default() -> Self {
        Self {
            free_tries: Within(5),
            longest_wait_minutes: Within(15),
            confirm_hours: Within(48),
            undo_days: Within(7),
            copy_days: Within(3),
        }
    }
}

impl AccountsConfig {
    pub(crate) fn longest_wait(&self) -> SignedDuration {
        SignedDuration::from_mins(self.longest_wait_minutes.get().into())
    }

    pub(crate) fn confirms_within(&self) -> SignedDuration {
        SignedDuration::from_hours(self.confirm_hours.get().into())
    }

    pub(crate) fn undone_within(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.undo_days.get()))
    }

    pub(crate) fn copies_for(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.copy_days.get()))
    }
}

/// A whole number between two that it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Within<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Within<LEAST, MOST> {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32> TryFrom<u32> for Within<LEAST, MOST> {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        match (LEAST..=MOST).contains(&number) {
            true => Ok(Self(number)),
            false => Err(format!("`{number}` is not between {LEAST} and {MOST}")),
        }
    }
}

/// Whether members sign in with passkeys.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasskeysConfig {
    /// Where browsers reach this server. Passkeys are bound to its host and are good on no other; none are offered without.
    #[serde(deserialize_with = "origin")]
    pub origin: Option<Origin>,
}

/// An origin, or nothing where the text is empty.
fn origin<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Option<Origin>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(serde::de::Error::custom) }
}

/// How letters leave, and who writes them.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// The mail server; empty: letters are written into a folder of the data folder.
    pub host: String,
    /// Its port; 0 for 465, or 587 with STARTTLS.
    pub port: u16,
    /// `tls`, `starttls`, or `none` for a server on this machine.
    pub encryption: String,
    /// Who logs in there; empty for nobody.
    pub user: String,
    /// The file of the password, which the server alone can read.
    pub password_file: PathBuf,
    /// The address that letters come from.
    pub from: String,
    /// What people know the service as.
    pub name: String,
    /// A phone number under every letter.
    pub phone: String,
    /// A postal address under every letter.
    pub address: String,
    /// The folder into which the mail server puts what comes back to `from`, one file a mail, as into `Maildir/new`; empty
    /// for none. What is read there is removed.
    pub returns: PathBuf,
    /// Where links in letters lead: `https://vestry.shop.example`; empty for the server itself, on its own machine.
    pub links: String,
}

impl MailConfig {
    /// Where links in letters lead, without a slash behind.
    pub fn base(&self) -> &str {
        let links = if self.links.is_empty() { "http://127.0.0.1:8080" } else { &self.links };
        links.trim_end_matches('/')
    }
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailConfig").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 0,
            encryption: "tls".into(),
            user: String::new(),
            password_file: PathBuf::new(),
            from: "vestry@localhost.localdomain".into(),
            name: "Vestry".into(),
            phone: String::new(),
            address: String::new(),
            returns: PathBuf::new(),
            links: String::new(),
        }
    }
}

/// What an image may be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImageConfig {
    /// At most so many bytes.
    pub max_bytes: usize,
    /// At most so many pixels.
    pub max_pixels: usize,
    /// Threads that decode, recognise and search; 0 for one a core.
    pub threads: usize,
}

/// What may be fetched by URL.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchConfig {
    /// Hosts (`host` or `host:port`) that may be fetched although their address is private.
    pub allow: Vec<String>,
    /// Seconds until a fetch is given up.
    pub timeout_seconds: u64,
}

/// How the server listens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: String,
    /// Set when a proxy that speaks TLS stands in front; without it only loopback is listened on.
    pub behind_proxy: bool,
    /// The certificate's chain as PEM; with `key`, the server speaks TLS itself.
    pub certificate: PathBuf,
    /// The certificate's key as PEM, which nobody but its owner may touch.
    pub key: PathBuf,
    /// The file of the token that opens `/metrics`; empty for nobody but operators who are signed in.
    pub metrics_token_file: PathBuf,
    /// Requests a second that one key may make.
    pub requests_per_second: u32,
    /// Networks that the privacy office is reached from, such as `192.0.2.0/24`; none for anywhere.
    pub office_networks: Vec<Network>,
}

impl Default for ImageConfig {
    fn default() -> Self {
        Self { max_bytes: 32 << 20, max_pixels: 60_000_000, threads: 0 }
    }
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self { allow: Vec::new(), timeout_seconds: 20 }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            behind_proxy: false,
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            metrics_token_file: PathBuf::new(),
            requests_per_second: 500,
            office_networks: Vec::new(),
        }
    }
}

impl ServerConfig {
    /// Whether the privacy office is reached from this address.
    pub fn office_is_reached_from(&self, address: &str) -> bool {
        vestry_credentials::may_come_from(&self.office_networks, address)
    }
}

/// Why a settings file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It could not be read.
    #[error("could not read the settings in `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what [`REFERENCE`] describes; the message names line and column.
    #[error("`{}` has a mistake; docs/config.toml lists every setting\n{message}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what, as the TOML reader says it.
        message: String,
    },
}

impl Config {
    /// The settings in `path`; what it does not name keeps its default.
    pub fn read(path: &std::path::Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.into(), source })?;
        toml::from_str(&text).map_err(|e| ConfigError::Parse { path: path.into(), message: e.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_holds_the_defaults() {
        assert_eq!(toml::from_str::<Config>(REFERENCE).expect("the reference parses"), Config::default());
    }

    #[test]
    fn what_is_no_network_stops_the_start() {
        let error = toml::from_str::<Config>("[server]\noffice_networks = [\"192.0.2.1/24\"]\n").expect_err("refused");
        assert!(error.to_string().contains("`192.0.2.1/24` is no network"), "{error}");
    }

    #[test]
    fn passkeys_are_bound_to_a_host_that_browsers_take_or_the_start_stops() {
        let read = |text: &str| toml::from_str::<Config>(&format!("[passkeys]\norigin = \"{text}\"\n"));
        assert_eq!(read("").expect("it may be").passkeys.origin, None);
        for (text, host) in [
            ("https://vestry.shop.example", "vestry.shop.example"),
            ("https://vestry.shop.example:8443/", "vestry.shop.example"),
            ("http://localhost:8080", "localhost"),
        ] {
            let origin = read(text).expect("it may be").passkeys.origin.expect("one");
            assert_eq!((origin.host(), origin.to_string().as_str()), (host, text.trim_end_matches('/')));
        }
        for text in [
            "vestry.shop.example",
            "http://vestry.shop.example",
            "https://192.0.2.1",
            "https://[2001:db8::1]",
            "https://vestry.shop.example/console",
            "https://vestry.shop.example/?a=b",
            "https://kim@vestry.shop.example",
            "ftp://vestry.shop.example",
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains("is no origin") && error.contains("line 2"), "{error}");
        }
    }

    #[test]
    fn a_number_out_of_its_bounds_stops_the_start() {
        for (setting, bounds) in [("confirm_hours = 73", "1 and 72"), ("free_tries = 0", "1 and 20")] {
            let error = toml::from_str::<Config>(&format!("[accounts]\n{setting}\n")).expect_err("refused");
            assert!(error.to_string().contains(bounds) && error.to_string().contains("line 2"), "{error}");
        }
        let config: Config = toml::from_str("[accounts]\nconfirm_hours = 72\n").expect("it may be");
        assert_eq!(config.accounts.confirm_hours.get(), 72);
    }

    #[test]
    fn an_unknown_setting_is_refused_with_its_line() {
        let error = toml::from_str::<Config>("[server]\nlisten = \"127.0.0.1:1\"\nlissen = 1\n").expect_err("refused");
        assert!(error.to_string().contains("line 3") && error.to_string().contains("lissen"), "{error}");
    }
}

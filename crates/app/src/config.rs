//! Settings of a running Vestry: one TOML file, read once at start, checked whole, unknown keys refused.

use serde::Deserialize;
use std::path::PathBuf;

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
    /// What an image may be.
    pub images: ImageConfig,
    /// What may be fetched by URL.
    pub fetch: FetchConfig,
    /// How the server listens.
    pub server: ServerConfig,
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
    /// Requests a second that one key may make.
    pub requests_per_second: u32,
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
        Self { listen: "127.0.0.1:8080".into(), behind_proxy: false, requests_per_second: 500 }
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
    fn an_unknown_setting_is_refused_with_its_line() {
        let error = toml::from_str::<Config>("[server]\nlisten = \"127.0.0.1:1\"\nlissen = 1\n").expect_err("refused");
        assert!(error.to_string().contains("line 3") && error.to_string().contains("lissen"), "{error}");
    }
}

//! Style sheet, scripts and icons, inside the binary, under addresses that change with their content.

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $kind:literal),+ $(,)?) => {
        [$(Asset { name: $name, kind: $kind, body: include_bytes!(concat!("../assets/", $name)) }),+]
    };
}

static ASSETS: &[Asset] = &assets! {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "swap.js": "text/javascript; charset=utf-8",
    "search.js": "text/javascript; charset=utf-8",
    "crop.js": "text/javascript; charset=utf-8",
    "imports.js": "text/javascript; charset=utf-8",
    "product.js": "text/javascript; charset=utf-8",
    "icons.svg": "image/svg+xml",
    "mark.svg": "image/svg+xml",
};

/// One hash over everything: scripts import each other by relative address, so they change together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update((asset.body.len() as u64).to_le_bytes());
        hash.update(asset.body);
    }
    hash.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect()
});

/// `/assets/{hash}/{name}`.
pub(crate) fn address(name: &str) -> String {
    debug_assert!(ASSETS.iter().any(|a| a.name == name), "no asset `{name}`");
    format!("/assets/{}/{name}", *VERSION)
}

/// An asset; kept for a year under its present hash, asked for again under any other.
pub(crate) async fn serve(Path((version, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|a| a.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cache = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, asset.body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_the_folder_is_served() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let name = entry.expect("an entry").file_name().into_string().expect("a name");
            assert!(ASSETS.iter().any(|a| a.name == name), "`{name}` is not listed");
        }
    }
}

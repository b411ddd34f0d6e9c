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
    "passkey.js": "text/javascript; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
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
    vestry_model::hex(&hash.finalize()[..6])
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

    /// The tokens of one theme's block in the style sheet.
    fn tokens(block: &str) -> std::collections::HashMap<&str, [f32; 3]> {
        block
            .lines()
            .filter_map(|line| {
                let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
                let digits = value.trim_end_matches(';');
                let channel =
                    |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok().map(|v| f32::from(v) / 255.0);
                Some((name, [channel(0)?, channel(2)?, channel(4)?]))
            })
            .collect()
    }

    /// WCAG 2's contrast ratio.
    fn contrast(a: [f32; 3], b: [f32; 3]) -> f32 {
        let luminance = |c: [f32; 3]| {
            let [r, g, b] = c.map(|v| if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (x, y) = (luminance(a) + 0.05, luminance(b) + 0.05);
        x.max(y) / x.min(y)
    }

    #[test]
    fn every_text_can_be_read_in_both_themes() {
        let sheet = include_str!("../assets/console.css");
        let blocks: Vec<_> =
            sheet.split("--paper:").skip(1).map(|b| format!("--paper:{}", b.split('}').next().unwrap_or(""))).collect();
        assert_eq!(blocks.len(), 3, "light, dark by choice, dark by the system");
        assert_eq!(tokens(&blocks[1]), tokens(&blocks[2]), "both dark themes are one");
        for block in &blocks {
            let tokens = tokens(block);
            let pairs = ["paper", "sheet", "tile"]
                .into_iter()
                .flat_map(|ground| ["ink", "ink-soft", "accent", "warn", "danger"].map(|text| (text, ground)))
                .chain([
                    ("accent-ink", "accent"),
                    ("ink", "accent-wash"),
                    ("warn", "warn-wash"),
                    ("danger", "danger-wash"),
                ]);
            for (text, ground) in pairs {
                let ratio = contrast(tokens[text], tokens[ground]);
                assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2}");
            }
        }
    }
}

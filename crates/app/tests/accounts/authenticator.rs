//! An authenticator in software: P-256, no attestation, passkeys that name their owner.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

/// A browser on some page, with its authenticator.
pub(crate) struct Authenticator {
    /// The page's origin.
    pub(crate) origin: String,
    /// Whether whoever holds it is verified.
    pub(crate) verifies: bool,
    pub(crate) keys: Vec<Key>,
}

/// A passkey with its private half.
pub(crate) struct Key {
    pub(crate) id: Vec<u8>,
    pub(crate) user: Vec<u8>,
    pub(crate) counter: u32,
    host: String,
    pair: EcdsaKeyPair,
}

impl Authenticator {
    pub(crate) fn at(origin: &str) -> Self {
        Self { origin: origin.into(), verifies: true, keys: Vec::new() }
    }

    /// The answer of `navigator.credentials.create`, as JSON.
    pub(crate) fn make(&mut self, options: &Value) -> String {
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert!(options["attestation"].is_null() || options["attestation"] == "none", "{options}");
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random);
        let pair = pair.expect("a key");
        let key = Key {
            id: Sha256::digest(pair.public_key().as_ref()).to_vec(),
            user: BASE64.decode(text(&options["user"]["id"])).expect("base64url"),
            counter: 0,
            host: text(&options["rp"]["id"]).into(),
            pair,
        };
        let data = self.data(&key, HAS_KEY);
        let point = key.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        // EC2, ES256, P-256.
        let public = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat();
        let data = [&data[..], &[0; 16], &[0, 32], &key.id, &public].concat();
        let length = u16::try_from(data.len()).expect("short").to_be_bytes();
        let object = [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"[..], &length, &data].concat();
        let answer = json!({
            "id": BASE64.encode(&key.id),
            "rawId": BASE64.encode(&key.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": BASE64.encode(self.client("webauthn.create", options)),
                "attestationObject": BASE64.encode(object),
            },
            "clientExtensionResults": {"credProps": {"rk": true}},
        });
        self.keys.push(key);
        answer.to_string()
    }

    /// The answer of `navigator.credentials.get` with the newest passkey, as JSON.
    pub(crate) fn answer(&mut self, options: &Value) -> String {
        assert!(options["allowCredentials"].as_array().is_none_or(Vec::is_empty), "nobody is asked for by name");
        assert_eq!(options["userVerification"], "required");
        let at = self.keys.len() - 1;
        self.keys[at].counter += 1;
        let key = &self.keys[at];
        let (data, client) = (self.data(key, 0), self.client("webauthn.get", options));
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature = key.pair.sign(&SystemRandom::new(), &signed).expect("signed");
        json!({
            "id": BASE64.encode(&key.id),
            "rawId": BASE64.encode(&key.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": BASE64.encode(client),
                "authenticatorData": BASE64.encode(data),
                "signature": BASE64.encode(signature),
                "userHandle": BASE64.encode(&key.user),
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    fn data(&self, key: &Key, flags: u8) -> Vec<u8> {
        let flags = flags | PRESENT | if self.verifies { VERIFIED } else { 0 };
        [&Sha256::digest(&key.host)[..], &[flags], &key.counter.to_be_bytes()].concat()
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let client = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        client.to_string().into_bytes()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

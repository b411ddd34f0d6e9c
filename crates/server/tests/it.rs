//! The server as its callers see it: one binary, one real data folder a test.

mod it {
    mod accounts;
    mod api;
    mod asked;
    #[path = "../../../app/tests/accounts/authenticator.rs"]
    mod authenticator;
    mod board;
    mod browser;
    mod chromium;
    mod console;
    mod contracts;
    mod cookies;
    mod desk;
    mod documents;
    mod harness;
    mod headers;
    mod insight;
    mod jobs;
    mod matrix;
    mod notices;
    mod office_browser;
    mod own;
    mod passkey_browser;
    mod passkeys;
    mod people_browser;
    mod pictures;
    mod policy;
    mod recommend;
    mod review;
    mod routes;
    #[path = "../../../app/tests/privacy/swimwear.rs"]
    mod swimwear;
    mod tls;
    mod town;
}

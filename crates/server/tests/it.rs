//! The server as its callers see it: one binary, one real data folder a test.

mod it {
    mod accounts;
    mod api;
    mod browser;
    mod chromium;
    mod console;
    mod contracts;
    mod harness;
    mod jobs;
    mod review;
    mod routes;
}

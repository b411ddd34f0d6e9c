//! HTTP API and web console over the use cases of vestry-app.
#![allow(dead_code)]
mod assets;
mod pages;
mod problem;
pub mod shapes;
mod words;

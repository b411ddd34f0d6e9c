//! HTTP API and web console over the use cases of vestry-app.
pub mod shapes;
mod problem;

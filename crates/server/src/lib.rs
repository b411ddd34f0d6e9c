//! HTTP API and web console over the use cases of vestry-app.

//! One file a use case: load, ask a pure crate, execute.

//! Heads, calibration and projections as pure functions of their examples.

//! Vectors and words to ranked products: the embedded engine.

//! An entry for fuzzers.

/// Reads any bytes as a query and as a text; must never panic.
pub fn fuzz_query(data: &[u8]) {
    let _ = data;
    unimplemented!()
}

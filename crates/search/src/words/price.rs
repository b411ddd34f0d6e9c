//! Prices said in a query.

/// Limits of price that a query names, in whole units of the shop's currency, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PriceLimits {
    /// At least this.
    pub min: Option<i64>,
    /// At most this.
    pub max: Option<i64>,
}

//! The shop's own ordering of what is found or recommended.

use crate::ProductId;

/// The shop's own ordering of an answer, by product.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// First, in this order, whether they match or not, unless a filter speaks against them.
    pub pin: Vec<ProductId>,
    /// Above what else matches.
    pub boost: Vec<ProductId>,
    /// Below what else matches.
    pub bury: Vec<ProductId>,
    /// Never.
    pub exclude: Vec<ProductId>,
}

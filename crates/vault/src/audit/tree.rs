//! The Merkle tree of RFC 6962 (its algorithms as RFC 9162, 2.1 states them), with SHA-256: hashes in, proofs out.

use sha2::{Digest, Sha256};

/// The hash of a leaf or of a node.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256 of 0x00 and its bytes (RFC 6962, 2.1).
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// The hash of a node over two others: SHA-256 of 0x01 and both.
fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows at its right end, in memory for one hash a level: the roots of its full subtrees, the largest first.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// One leaf more.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Each trailing one of the old size is a full subtree that joins with what came.
        for _ in 0..self.size.trailing_ones() {
            let left = self.roots.pop().expect("a subtree for each one of the size");
            hash = node_hash(&left, &hash);
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root: SHA-256 of nothing for an empty tree.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256::digest([]).into(),
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// The root over `leaves`.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The largest power of two below `n`, which is 2 or more.
fn split(n: usize) -> usize {
    1 << (usize::BITS - 1 - (n - 1).leading_zeros())
}

/// The audit path of leaf `index` among `leaves`, from its sibling up (RFC 9162, 2.1.3.1). `index` must be one of them.
pub fn inclusion(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let mut path = if index < k { inclusion(left, index) } else { inclusion(right, index - k) };
    path.push(root(if index < k { right } else { left }));
    path
}

/// Whether `path` proves that `leaf` is entry `index` of the tree of `size` with `root` (RFC 9162, 2.1.3.2).
pub fn includes(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // A right edge without a sibling of its own goes up until it has one.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The proof that the tree of the first `old` leaves is a beginning of that over `leaves` (RFC 9162, 2.1.4.1); empty for
/// none and for all of them.
pub fn consistency(leaves: &[Hash], old: usize) -> Vec<Hash> {
    fn subproof(leaves: &[Hash], old: usize, is_whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if is_whole { Vec::new() } else { vec![root(leaves)] };
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        if old <= k {
            let mut proof = subproof(left, old, is_whole);
            proof.push(root(right));
            proof
        } else {
            let mut proof = subproof(right, old - k, false);
            proof.push(root(left));
            proof
        }
    }
    if old == 0 || old >= leaves.len() { Vec::new() } else { subproof(leaves, old, true) }
}

/// Whether `proof` shows that the tree of `size` with `root` begins with the one of `old_size` with `old_root`
/// (RFC 9162, 2.1.4.2).
pub fn is_consistent(old_size: u64, size: u64, old_root: &Hash, root: &Hash, proof: &[Hash]) -> bool {
    if old_size == size {
        return proof.is_empty() && old_root == root;
    }
    if old_size == 0 {
        return proof.is_empty() && *old_root == Frontier::default().root();
    }
    if old_size > size {
        return false;
    }
    // A full subtree is its own first hash.
    let mut hashes = proof.iter().copied();
    let first = if old_size.is_power_of_two() { Some(*old_root) } else { hashes.next() };
    let Some(first) = first else { return false };
    let (mut node, mut last) = (old_size - 1, size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (first, first);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            (old, new) = (node_hash(&hash, &old), node_hash(&hash, &new));
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, &hash);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old == *old_root && new == *root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    /// The inputs and roots that implementations of Certificate Transparency test with.
    const VECTORS: [(&str, &str); 8] = [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];

    fn bytes(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex")).collect()
    }

    #[test]
    fn roots_are_those_of_the_rfc_family() {
        let mut frontier = Frontier::default();
        assert_eq!(*hex::encode(&frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (input, root) in VECTORS {
            frontier.push(leaf_hash(&bytes(input)));
            assert_eq!(*hex::encode(&frontier.root()), root);
        }
    }

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    #[test]
    fn every_leaf_of_every_size_has_a_proof_that_serves_nothing_else() {
        for size in 1..=130_usize {
            let leaves = leaves(size);
            let root = root(&leaves);
            for index in 0..size {
                let path = inclusion(&leaves, index);
                let holds = |leaf: &Hash, index: usize, size: usize, path: &[Hash]| {
                    includes(leaf, index as u64, size as u64, path, &root)
                };
                assert!(holds(&leaves[index], index, size, &path));
                assert!(!holds(&leaves[(index + 1) % size], index, size, &path) || size == 1);
                assert!(!holds(&leaves[index], index + 1, size, &path), "{index} of {size}");
                assert!(!holds(&leaves[index], index, index, &path));
                assert!(path.is_empty() || !holds(&leaves[index], index, size, &path[1..]));
                assert!(!holds(&leaves[index], index, size, &[path.as_slice(), &[[0; 32]]].concat()));
            }
        }
    }

    #[test]
    fn every_beginning_of_every_size_is_proven_and_no_other() {
        for size in 0..=130_usize {
            let leaves = leaves(size);
            let whole = root(&leaves);
            for old in 0..=size {
                let (proof, before) = (consistency(&leaves, old), root(&leaves[..old]));
                let holds = |old: usize, before: &Hash, proof: &[Hash]| {
                    is_consistent(old as u64, size as u64, before, &whole, proof)
                };
                assert!(holds(old, &before, &proof), "{old} of {size}");
                assert!(!holds(old, &[7; 32], &proof), "{old} of {size}");
                assert!(!holds(old, &before, &[proof.as_slice(), &[[0; 32]]].concat()));
                for at in 0..proof.len() {
                    let mut other = proof.clone();
                    other[at][0] ^= 1;
                    assert!(!holds(old, &before, &other), "{old} of {size}");
                }
            }
            assert!(!is_consistent(size as u64 + 1, size as u64, &whole, &whole, &[]));
        }
    }
}

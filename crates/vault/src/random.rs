//! Randomness for keys and nonces: the operating system's, and nothing else.
//!
//! Elsewhere randomness is an argument. Here it is not: a caller that could hand in its own source could hand in a
//! weak one, and a nonce used twice gives away two texts. Only this crate's unit tests replace the source, to pin
//! formats byte for byte.

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness; nothing was sealed, try again")]
pub struct RandomError(#[source] getrandom::Error);

/// Fill `bytes` with randomness that is fit for keys.
///
/// Source: `getrandom(2)` on Linux, which blocks until the kernel's generator is seeded; on other systems what the
/// `getrandom` crate names as theirs.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), RandomError> {
    #[cfg(test)]
    if seeded::fill(bytes) {
        return Ok(());
    }
    getrandom::fill(bytes).map_err(RandomError)
}

#[cfg(test)]
pub(crate) mod seeded {
    //! A source that repeats itself, for golden bytes.

    use sha2::{Digest, Sha256};
    use std::cell::RefCell;

    thread_local! {
        static BLOCKS: RefCell<Option<(u64, u64)>> = const { RefCell::new(None) };
    }

    /// Run `act` on this thread with randomness that follows from `seed`.
    pub(crate) fn with<T>(seed: u64, act: impl FnOnce() -> T) -> T {
        BLOCKS.set(Some((seed, 0)));
        let result = act();
        BLOCKS.set(None);
        result
    }

    pub(super) fn fill(bytes: &mut [u8]) -> bool {
        BLOCKS.with_borrow_mut(|blocks| {
            let Some((seed, count)) = blocks else { return false };
            for chunk in bytes.chunks_mut(32) {
                let input = [seed.to_be_bytes(), count.to_be_bytes()].concat();
                chunk.copy_from_slice(&Sha256::digest(input)[..chunk.len()]);
                *count += 1;
            }
            true
        })
    }
}

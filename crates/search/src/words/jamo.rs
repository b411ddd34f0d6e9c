//! Korean syllables as the keys that type them.

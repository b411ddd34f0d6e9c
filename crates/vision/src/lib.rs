//! Image bytes to a clean image, a vector and suggestions. CPU only.

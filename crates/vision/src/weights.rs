//! Reading a weight file: safetensors, fp16, every value finite.

use half::f16;
use safetensors::{Dtype, SafeTensors};

/// Why a model cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file is not safetensors.
    #[error("the weight file is not a safetensors file; run the model's `export.py` again")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor is absent, or its type or shape is not what the network needs.
    #[error("tensor `{name}` should be fp16 of shape {expected:?}; run the model's `export.py` again")]
    Tensor {
        /// Its name.
        name: String,
        /// The shape that the network needs.
        expected: Vec<usize>,
    },
    /// A weight overflowed fp16 or was never a number.
    #[error("tensor `{name}` has a value that is not finite; such weights do not fit fp16 and must be scaled first")]
    NotFinite {
        /// The tensor's name.
        name: String,
    },
    /// The processor lacks the instructions of the kernel that was asked for.
    #[error("this processor cannot run the kernel `{0}`; use `portable` or leave the choice to the program")]
    Kernel(crate::Kernel),
}

/// The tensors of one weight file.
pub(crate) struct Weights<'a>(SafeTensors<'a>);

impl<'a> Weights<'a> {
    /// Reads the file's table; values are read one tensor at a time.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, ModelError> {
        Ok(Self(SafeTensors::deserialize(bytes)?))
    }

    /// The values of `name`, row-major, which must have exactly `shape`.
    pub(crate) fn read(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let wrong = || ModelError::Tensor { name: name.to_owned(), expected: shape.to_vec() };
        let tensor = self.0.tensor(name).map_err(|_| wrong())?;
        if tensor.dtype() != Dtype::F16 || tensor.shape() != shape {
            return Err(wrong());
        }
        let values: Vec<f32> =
            tensor.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect();
        if values.iter().any(|v| !v.is_finite()) {
            return Err(ModelError::NotFinite { name: name.to_owned() });
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::TensorView;

    fn file(values: &[f32], dtype: Dtype) -> Vec<u8> {
        let bytes: Vec<u8> = match dtype {
            Dtype::F16 => values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect(),
            _ => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let view = TensorView::new(dtype, vec![values.len()], &bytes).unwrap();
        safetensors::serialize([("w", view)], None).unwrap()
    }

    #[track_caller]
    fn check(values: &[f32], dtype: Dtype, shape: &[usize], expected: Result<&[f32], &str>) {
        let file = file(values, dtype);
        let read = Weights::parse(&file).unwrap().read("w", shape).map_err(|e| e.to_string());
        match (&read, expected) {
            (Ok(read), Ok(expected)) => assert_eq!(read, expected),
            (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
            _ => panic!("{read:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn only_finite_fp16_of_the_right_shape_is_read() {
        check(&[0.5, -2.0], Dtype::F16, &[2], Ok(&[0.5, -2.0]));
        check(&[65504.0], Dtype::F16, &[1], Ok(&[65504.0]));
        check(&[70_000.0], Dtype::F16, &[1], Err("not finite"));
        check(&[f32::NAN], Dtype::F16, &[1], Err("not finite"));
        check(&[0.5, 1.0], Dtype::F16, &[1, 2], Err("shape [1, 2]"));
        check(&[0.5], Dtype::F32, &[1], Err("should be fp16"));
    }

    #[test]
    fn a_broken_file_is_an_error() {
        let good = file(&[1.0, 2.0], Dtype::F16);
        for cut in 0..good.len() {
            assert!(Weights::parse(&good[..cut]).is_err(), "{cut} bytes");
        }
        assert!(Weights::parse(&good).unwrap().read("v", &[2]).is_err());
    }
}

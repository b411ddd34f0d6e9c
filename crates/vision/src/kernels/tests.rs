//! Every kernel against sums written out in f64.

use super::*;

/// Small numbers that follow from their place alone.
fn numbers(count: usize, salt: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|i| (i.wrapping_add(salt).wrapping_mul(2_654_435_761) >> 16) as f32 / 32_768.0 - 1.0)
        .collect()
}

fn clamp(value: f64, activation: Activation) -> f64 {
    let (low, high) = activation.limits();
    value.max(f64::from(low)).min(f64::from(high))
}

#[track_caller]
fn close(kernel: Kernel, what: &str, got: &[f32], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((f64::from(*got) - expected).abs() < 1e-4, "{kernel} {what} at {i}: {got}, expected {expected}");
    }
}

#[track_caller]
fn check_product(rows: usize, inputs: usize, outputs: usize, activation: Activation) {
    let (x, w, b) = (numbers(rows * inputs, 1), numbers(inputs * outputs, 2), numbers(outputs, 3));
    let added = numbers(rows * outputs, 4);
    for residual in [None, Some(&added[..])] {
        let mut expected = Vec::new();
        for row in 0..rows {
            for column in 0..outputs {
                let products = (0..inputs).map(|k| f64::from(x[row * inputs + k]) * f64::from(w[k * outputs + column]));
                let sum = clamp(products.sum::<f64>() + f64::from(b[column]), activation);
                expected.push(sum + residual.map_or(0.0, |r| f64::from(r[row * outputs + column])));
            }
        }
        for kernel in Kernel::available() {
            let product = Product::new(Engine::new(kernel).unwrap(), &w, &b, activation);
            let mut got = vec![f32::NAN; rows * outputs];
            product.run(&x, residual, &mut got);
            close(kernel, &format!("{rows}×{inputs}×{outputs}"), &got, &expected);
        }
    }
}

#[test]
fn products_are_right_whatever_the_shape() {
    for rows in [0, 1, 3, 4, 7, 23, 24, 25, 61] {
        for outputs in [1, 5, 8, 15, 16, 17, 24, 31, 33, 40, 47, 48, 49, 112] {
            check_product(rows, 19, outputs, Activation::Relu6);
        }
    }
    check_product(49, 1152, 20, Activation::None);
    check_product(2000, 3, 5, Activation::Relu);
    check_product(3, 1, 1, Activation::Relu);
}

#[track_caller]
fn check_depthwise(side: usize, stride: usize, (height, width): (usize, usize), (above, left): (usize, usize)) {
    let channels = 48;
    let (x, w, b) = (numbers(height * width * channels, 5), numbers(side * side * channels, 6), numbers(channels, 7));
    let (out_height, out_width) = (height.div_ceil(stride), width.div_ceil(stride));
    let window = Window { height, width, out_height, out_width, above, left };
    let mut expected = Vec::new();
    for oy in 0..out_height {
        for ox in 0..out_width {
            for c in 0..channels {
                let mut sum = f64::from(b[c]);
                for i in 0..side {
                    for j in 0..side {
                        let (y, x_at) = ((oy * stride + i).wrapping_sub(above), (ox * stride + j).wrapping_sub(left));
                        if y < height && x_at < width {
                            let cell = x[(y * width + x_at) * channels + c];
                            sum += f64::from(cell) * f64::from(w[(i * side + j) * channels + c]);
                        }
                    }
                }
                expected.push(clamp(sum, Activation::Relu));
            }
        }
    }
    for kernel in Kernel::available() {
        let engine = Engine::new(kernel).unwrap();
        let depthwise = Depthwise::new(engine, side, stride, &w, &b, Activation::Relu);
        let mut got = vec![f32::NAN; expected.len()];
        depthwise.run(window, &x, &mut got);
        close(kernel, &format!("{side}/{stride} on {height}×{width}"), &got, &expected);
    }
}

#[test]
fn depthwise_windows_stop_at_the_edge() {
    for size in [(1, 1), (1, 9), (2, 3), (5, 5), (6, 7), (8, 10), (14, 14), (4, 21)] {
        for (side, stride, left) in [(3, 1, 1), (3, 2, 0), (3, 2, 1), (5, 1, 2), (5, 2, 1), (5, 2, 2)] {
            // The rows of a strip have their upper neighbours with them: nothing is missing above.
            for above in [0, left] {
                check_depthwise(side, stride, size, (above, left));
            }
        }
    }
}

#[test]
fn names_are_read_back() {
    for kernel in [Kernel::Avx512, Kernel::Avx2, Kernel::Portable] {
        assert_eq!(kernel.to_string().parse(), Ok(kernel));
    }
    assert!("AVX".parse::<Kernel>().unwrap_err().to_string().contains("`AVX` is not a kernel"));
    assert_eq!(Kernel::available().last(), Some(&Kernel::Portable));
}

#[test]
#[should_panic(expected = "as many rows go out")]
fn an_output_too_short_is_refused() {
    let engine = Engine::new(Kernel::best()).unwrap();
    Product::new(engine, &[1.0; 6], &[0.0; 2], Activation::None).run(&[1.0; 6], None, &mut [0.0; 3]);
}

//! The `vestry` binary; everything is in the library beside it, so that the reference can be generated.

use std::process::ExitCode;

fn main() -> ExitCode {
    vestry_cli::run()
}

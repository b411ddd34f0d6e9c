//! The `vestry` binary; everything is in the library beside it, so that the reference can be generated.

use std::process::ExitCode;

/// Requests allocate on one thread and free on another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vestry_cli::run()
}

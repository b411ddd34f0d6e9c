//! A master key that a program prints, such as the client of a key service.

use super::{MasterKeyError, text::KeyText};
use std::{
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

/// How long a program may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at.
const STEP: Duration = Duration::from_millis(10);

/// What `program` prints. Run without a shell, without input, in a process group of its own.
pub(super) fn read(program: &str, arguments: &[String], patience: Duration) -> Result<KeyText, MasterKeyError> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let start = |source| MasterKeyError::Start { program: program.into(), source };
    let mut child = command.spawn().map_err(start)?;
    let output = child.stdout.take().expect("standard output is a pipe");
    let (sender, receiver) = mpsc::channel();
    // Ends with the program: when its output closes, or is longer than any key. Who asked may be gone by then.
    thread::spawn(move || drop(sender.send(KeyText::read(output))));
    let Some((text, status)) = wait(&mut child, &receiver, patience) else {
        stop(&mut child);
        return Err(MasterKeyError::Slow { program: program.into(), seconds: patience.as_secs() });
    };
    if !status.success() {
        return Err(MasterKeyError::Failed { program: program.into(), status });
    }
    text.map_err(start)
}

/// What was printed and how it ended, as soon as both are known; `None` when `patience` is over.
fn wait<T>(child: &mut Child, output: &Receiver<T>, patience: Duration) -> Option<(T, ExitStatus)> {
    let mut text = None;
    let steps = patience.as_millis() / STEP.as_millis();
    for _ in 0..steps {
        text = text.or_else(|| output.try_recv().ok());
        if text.is_some()
            && let Ok(Some(status)) = child.try_wait()
        {
            return text.zip(Some(status));
        }
        thread::sleep(STEP);
    }
    None
}

/// End the program and what it started.
fn stop(child: &mut Child) {
    // Each may fail only because it is gone already.
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str) -> Result<KeyText, MasterKeyError> {
        read("sh", &["-c".into(), script.into()], Duration::from_millis(200))
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped() {
        for script in ["sleep 60", "sleep 60 & echo 00", "exec >&-; sleep 60"] {
            assert!(matches!(check(script), Err(MasterKeyError::Slow { .. })), "{script}");
        }
    }
}

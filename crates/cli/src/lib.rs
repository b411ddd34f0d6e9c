//! The command line of Vestry. A command parses its arguments, makes one call into `vestry-app` and prints.
//!
//! What it must never do: decide anything that the HTTP API would have to decide too.
//!
//! To add a command: a variant in `args.rs`, a file in `commands/`, a line in [`run`]; then
//! `cargo xtask generate` writes it into `docs/cli.md`.

mod args;
mod commands;
mod open;
mod progress;
mod remote;

use args::{Cli, Command, IndexCommand};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;
use vestry_app::Surroundings;

/// Reads the arguments, runs the command, prints what went wrong. 0 done, 1 failed, 2 wrong use.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("VESTRY_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(dispatch(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

async fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(args) => commands::demo::run(args).await,
        Command::Serve(args) => commands::serve::run(args).await,
        Command::Tag(args) => commands::tag::run(&args),
        Command::Import(args) => commands::import::run(args).await,
        Command::Search(args) => commands::search::run(args).await,
        Command::Recommend(args) => commands::recommend::run(args).await,
        Command::Insight(args) => commands::insight::run(args).await,
        Command::Learn(args) => commands::learn::run(args).await,
        Command::Eval(args) => commands::eval::run(&args),
        Command::Index(IndexCommand::Rebuild(place)) => commands::index::rebuild(&place).await,
        Command::Policy(command) => commands::policy::run(&command),
        Command::Privacy(command) => commands::privacy::run(command).await,
        Command::Audit(command) => commands::audit::run(command).await,
        Command::Backup(command) => commands::backup::run(command).await,
        Command::Admin(command) => commands::admin::run(command).await,
        Command::Doctor(place) => commands::doctor::run(&place).await,
    }
}

/// Each cause once, the outermost first.
fn fail(error: &anyhow::Error) -> ExitCode {
    let mut said = error.to_string();
    eprintln!("error: {said}");
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        if !said.contains(&text) {
            eprintln!("  because {text}");
        }
        said = text;
    }
    ExitCode::FAILURE
}

/// The clock and the randomness of a real run; everything below takes them from here.
#[expect(clippy::disallowed_methods, reason = "the one place of the binary that reads the clock and the random source")]
pub(crate) fn surroundings() -> Surroundings {
    Surroundings { now: jiff::Timestamp::now, random: || *uuid::Uuid::new_v4().as_bytes() }
}

/// `docs/config.toml`: every setting with its default.
pub const SETTINGS: &str = vestry_app::REFERENCE;

/// `docs/cli.md`: every command with its options, as the help prints them.
pub fn reference() -> String {
    let mut out = String::from("# Command line\n\nMade by `cargo xtask generate` from the program's own help.\n");
    let mut command = Cli::command();
    command.build();
    describe(&mut command, "vestry", &mut out);
    out
}

fn describe(command: &mut clap::Command, name: &str, out: &mut String) {
    let help = command.clone().term_width(100).render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    out.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
    for sub in command.get_subcommands_mut().filter(|s| s.get_name() != "help") {
        let name = format!("{name} {}", sub.get_name());
        describe(sub, &name, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_reference_names_every_command() {
        let reference = reference();
        for name in [
            "demo",
            "serve",
            "tag",
            "import",
            "search",
            "learn",
            "learn manifest",
            "eval",
            "index rebuild",
            "privacy sweep",
            "admin init",
            "doctor",
        ] {
            assert!(reference.contains(&format!("## `vestry {name}`")), "{name}");
        }
    }
}

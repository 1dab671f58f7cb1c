//! The binary: parses arguments, starts the log, runs a command, prints what went wrong.

use clap::Parser;
use harmattan::settings::Settings;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // Wrong usage ends here with exit code 2.
    let settings = Settings::parse();
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    match harmattan::cli::run(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "the one place where a person is told why nothing was done")]
            {
                eprintln!("harmattan: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

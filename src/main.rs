//! The binary: parses arguments, starts the log, runs a command, prints what went wrong.

use clap::Parser;
use harmattan::settings::Settings;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// The exit code for words on the command line that mean nothing, as clap has it.
const WRONG_USAGE: u8 = 2;

/// Answers are made on one thread and freed on another, in all sizes; the system's allocator keeps twice what is in use then.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // What clap can tell is wrong ends here, with the same code.
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
            if harmattan::cli::is_wrong_usage(&error) { ExitCode::from(WRONG_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

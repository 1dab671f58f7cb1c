//! Every setting: flag, environment variable, default, unit. One table, which `--help` prints.

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A map server for the spread of insurgency in the Sahel: what was reported, by whom, how sure and how old.
#[derive(Debug, Parser)]
#[command(name = "harmattan", version, about, propagate_version = true)]
pub struct Settings {
    /// What goes to the log on stderr: off, error, warn, info (a line a request), debug.
    #[arg(long, env = "HARMATTAN_LOG", default_value = "info", global = true, value_name = "LEVEL")]
    pub log: String,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the map and the API.
    Serve(ServeSettings),
    /// Says what the bundled data holds: collections, counts, extents, datasets, licences.
    Status(StatusSettings),
}

/// Settings of `serve`.
#[derive(Debug, Args)]
pub struct ServeSettings {
    /// Address and port to listen on; port 0 takes a free one, which is printed.
    #[arg(long, env = "HARMATTAN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// A durable store is not part of this release: a file named here is neither read nor written, and the server says so.
    #[arg(long, env = "HARMATTAN_STORE", value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// Starts without the bundled data.
    #[arg(long, env = "HARMATTAN_EMPTY")]
    pub empty: bool,
    /// Opens the map in the browser once it answers.
    #[arg(long, env = "HARMATTAN_OPEN")]
    pub open: bool,
    /// Address that links in answers begin with, as a proxy shows it; by default the address listened on, or links by path only
    /// where that is every interface.
    #[arg(long, env = "HARMATTAN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Requests in flight at one time; one more is answered 503.
    #[arg(long, env = "HARMATTAN_CONCURRENCY", default_value_t = 512, value_name = "REQUESTS")]
    pub concurrency: usize,
    /// Seconds that one request may take before it is answered 503.
    #[arg(long, env = "HARMATTAN_REQUEST_TIMEOUT", default_value_t = 30, value_name = "SECONDS")]
    pub request_timeout: u64,
}

/// Settings of `status`.
#[derive(Debug, Args)]
pub struct StatusSettings {
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON")]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_table_is_consistent() {
        super::Settings::command().debug_assert();
    }
}

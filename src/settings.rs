//! Every setting: flag, environment variable, default, unit. One table, which `--help` prints.

use clap::{Args, Parser, Subcommand, ValueEnum};
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
    /// Reads files into the store: UCDP, ACLED, CSV, GeoJSON, regions, control, corridors; finds the format by itself.
    Import(ImportSettings),
    /// Asks UCDP or ACLED for rows, with your own credentials from the environment, and takes them into the store.
    Fetch(FetchSettings),
    /// Writes what a query on the server would answer, with its sources.
    Export(ExportSettings),
    /// Measures of spread from what the store holds, as the server's /analytics answers them.
    Analyze(AnalyzeSettings),
    /// Says what the store holds: collections, counts, extents, datasets, licences, generation.
    Status(StatusSettings),
    /// Proves the store's integrity; exit code 1 and the list when anything is wrong.
    Check(StatusSettings),
    /// Lists the datasets of the store, or takes one out.
    Datasets(DatasetsSettings),
}

/// The store that a command works on.
#[derive(Debug, Args)]
pub struct StoreSettings {
    /// The store: one GeoPackage file.
    #[arg(long = "store", env = "HARMATTAN_STORE", default_value = "harmattan.gpkg", value_name = "FILE", global = true)]
    pub file: PathBuf,
}

/// Settings of `serve`.
#[derive(Debug, Args)]
pub struct ServeSettings {
    /// Address and port to listen on; port 0 takes a free one, which is printed.
    #[arg(long, env = "HARMATTAN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// The store, which is made and filled with the bundled data where it does not exist.
    #[command(flatten)]
    pub store: StoreSettings,
    /// Makes a store that does not exist without the bundled data.
    #[arg(long, env = "HARMATTAN_EMPTY")]
    pub empty: bool,
    /// Opens the map in the browser once it answers.
    #[arg(long, env = "HARMATTAN_OPEN")]
    pub open: bool,
    /// Address that links in answers begin with, as a proxy shows it; by default the address listened on, or links by path only
    /// where that is every interface.
    #[arg(long, env = "HARMATTAN_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Who is shown rows of datasets that may not be redistributed (ACLED); everyone else does not see them. A proxy on this
    /// machine must add `Forwarded` or `X-Forwarded-For`, or everybody behind it counts as loopback. Showing them to the
    /// bearer of a token comes with tokens.
    #[arg(long, env = "HARMATTAN_RESTRICTED", value_enum, default_value_t = Restricted::Loopback, value_name = "WHO")]
    pub restricted: Restricted,
    /// Requests in flight at one time; one more is answered 503.
    #[arg(long, env = "HARMATTAN_CONCURRENCY", default_value_t = 512, value_name = "REQUESTS")]
    pub concurrency: usize,
    /// Seconds that one request may take before it is answered 503.
    #[arg(long, env = "HARMATTAN_REQUEST_TIMEOUT", default_value_t = 30, value_name = "SECONDS")]
    pub request_timeout: u64,
    /// Features that a tile holds at most; where it would hold more incidents it holds bins, whose counts sum to them.
    #[arg(long, env = "HARMATTAN_MAX_FEATURES", default_value_t = 5_000, value_name = "FEATURES")]
    pub max_features: usize,
    /// MiB of features that a page of `/items` holds at most, counted as text; what is left follows on the next page.
    #[arg(long, env = "HARMATTAN_MAX_PAGE", default_value_t = 64, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_page: u64,
    /// MiB of features, counted as text, from which on a page of `/items` is written while it is sent and not kept.
    #[arg(long, env = "HARMATTAN_STREAM_PAGE", default_value_t = 16, value_name = "MIB")]
    pub stream_page: u64,
    /// MiB of answers that are kept to be sent again.
    #[arg(long, env = "HARMATTAN_CACHE", default_value_t = 64, value_name = "MIB")]
    pub cache: u64,
}

/// Who is shown rows of datasets that may not be redistributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Restricted {
    /// Requests from this machine that came through no proxy and from no other site's page.
    Loopback,
    /// Nobody.
    Never,
}

/// Settings of `import`.
#[derive(Debug, Args)]
pub struct ImportSettings {
    /// Files to read, `-` for standard input, or https:// addresses; CSV, TSV, JSON, GeoJSON, GeoJSON text sequences or (roads)
    /// OpenStreetMap .osm.pbf, plain or in .gz or .zip. `import roads FILE` is `import FILE --format roads`.
    #[arg(required = true, value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// The store, which is made and filled with the bundled data where it does not exist.
    #[command(flatten)]
    pub store: StoreSettings,
    /// What the files hold: auto, ucdp, acled, geojson, csv, regions, control, corridors, roads.
    #[arg(long, env = "HARMATTAN_FORMAT", default_value = "auto")]
    pub format: String,
    /// Id of the dataset the rows belong to; by default the provider's, or the file's name.
    #[arg(long, env = "HARMATTAN_DATASET", value_name = "NAME")]
    pub dataset: Option<String>,
    /// A column of the file and the field it holds, as `--map jour=date_start`; may be given several times.
    #[arg(long = "map", value_name = "COLUMN=FIELD")]
    pub column_map: Vec<String>,
    /// From when rows without a stamp of their own are known, RFC 3339 or a date; by default now.
    #[arg(long, env = "HARMATTAN_KNOWN_AT", value_name = "DATETIME")]
    pub known_at: Option<String>,
    /// Reads and reports, and keeps nothing.
    #[arg(long, env = "HARMATTAN_DRY_RUN")]
    pub dry_run: bool,
    /// The first bad row undoes the whole import.
    #[arg(long, env = "HARMATTAN_STRICT")]
    pub strict: bool,
    /// Where to write the rows that were left out: line, column, value, reason.
    #[arg(long, env = "HARMATTAN_REJECTS", value_name = "FILE.csv")]
    pub rejects: Option<PathBuf>,
    /// Makes a store that does not exist without the bundled data.
    #[arg(long, env = "HARMATTAN_EMPTY")]
    pub empty: bool,
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON")]
    pub json: bool,
    /// Seconds to wait for the answer of an address, and for each next byte of it.
    #[arg(long, env = "HARMATTAN_FETCH_TIMEOUT", default_value_t = 120, value_name = "SECONDS")]
    pub timeout: u64,
    /// Milliseconds to wait after the first try of an address that failed; each wait after it is twice as long.
    #[arg(long, env = "HARMATTAN_FETCH_BACKOFF_MS", default_value_t = 1_000, value_name = "MILLISECONDS")]
    pub backoff_ms: u64,
}

/// What `--help` says of a fetch that broke off.
const RESUME: &str = "Every page is kept as soon as it is whole. A fetch that broke off is resumed by running it again: \
    what is there already counts as unchanged.";

/// What `--help` says of UCDP's token.
const UCDP_CREDENTIALS: &str = "HARMATTAN_UCDP_TOKEN holds the access token that UCDP hands out; it has no flag, \
    so that it stands in no history and no list of processes.";

/// What `--help` says of ACLED's user and password.
const ACLED_CREDENTIALS: &str = "HARMATTAN_ACLED_USER and HARMATTAN_ACLED_PASSWORD hold those of your own account; they have no flags, \
    so that they stand in no history and no list of processes. ACLED's terms do not allow its rows to be passed on.";

/// Settings of `fetch`.
#[derive(Debug, Args)]
pub struct FetchSettings {
    /// Whom to ask.
    #[command(subcommand)]
    pub provider: Provider,
}

/// Who can be asked for rows.
#[derive(Debug, Subcommand)]
pub enum Provider {
    /// The Uppsala Conflict Data Program: one version of its georeferenced events.
    #[command(disable_version_flag = true, after_help = format!("{UCDP_CREDENTIALS}\n\n{RESUME}"))]
    Ucdp(FetchUcdpSettings),
    /// Armed Conflict Location & Event Data: its events, and which of them it withdrew.
    #[command(after_help = format!("{ACLED_CREDENTIALS}\n\n{RESUME}"))]
    Acled(FetchAcledSettings),
}

/// Settings of `fetch ucdp`.
#[derive(Debug, Args)]
pub struct FetchUcdpSettings {
    /// Version of the events: a final one as 26.1, or a monthly candidate as 26.0.8.
    #[arg(long, env = "HARMATTAN_UCDP_VERSION", default_value = "26.1", value_name = "VERSION")]
    pub version: String,
    /// Address of the API, in place of the provider's.
    #[arg(long, env = "HARMATTAN_UCDP_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Which rows, and what to do with them.
    #[command(flatten)]
    pub rows: FetchRowsSettings,
}

/// Settings of `fetch acled`.
#[derive(Debug, Args)]
pub struct FetchAcledSettings {
    /// Address of the API, in place of the provider's.
    #[arg(long, env = "HARMATTAN_ACLED_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Which rows, and what to do with them.
    #[command(flatten)]
    pub rows: FetchRowsSettings,
}

/// Settings of every `fetch`.
#[derive(Debug, Args)]
pub struct FetchRowsSettings {
    /// First day of the events, included; by default the first that there is. ACLED without --until: what was put in or revised
    /// since that day, events of days before it included.
    #[arg(long, env = "HARMATTAN_SINCE", value_name = "DATE")]
    pub since: Option<jiff::civil::Date>,
    /// Last day of the events, included; by default the last that there is.
    #[arg(long, env = "HARMATTAN_UNTIL", value_name = "DATE")]
    pub until: Option<jiff::civil::Date>,
    /// Country of the events, as ML or Mali; may be given several times; `all` for the whole world. By default the states of
    /// the map.
    #[arg(long = "country", env = "HARMATTAN_COUNTRY", value_name = "COUNTRY", value_delimiter = ',')]
    pub countries: Vec<String>,
    /// The store, which is made and filled with the bundled data where it does not exist.
    #[command(flatten)]
    pub store: StoreSettings,
    /// From when rows without a stamp of their own are known, RFC 3339 or a date; by default now.
    #[arg(long, env = "HARMATTAN_KNOWN_AT", value_name = "DATETIME")]
    pub known_at: Option<String>,
    /// Asks, reads and reports, and keeps nothing.
    #[arg(long, env = "HARMATTAN_DRY_RUN")]
    pub dry_run: bool,
    /// The first bad row ends the fetch, and its page is not kept; pages before it are.
    #[arg(long, env = "HARMATTAN_STRICT")]
    pub strict: bool,
    /// Where to write the rows that were left out: line, column, value, reason.
    #[arg(long, env = "HARMATTAN_REJECTS", value_name = "FILE.csv")]
    pub rejects: Option<PathBuf>,
    /// Makes a store that does not exist without the bundled data.
    #[arg(long, env = "HARMATTAN_EMPTY")]
    pub empty: bool,
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON")]
    pub json: bool,
    /// Rows to ask for at a time; by default as many as the provider gives (UCDP 1,000, ACLED 5,000).
    #[arg(long, env = "HARMATTAN_FETCH_PAGE_ROWS", value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    pub page_rows: Option<u32>,
    /// Seconds that one reply may take before it is asked for again.
    #[arg(long, env = "HARMATTAN_FETCH_TIMEOUT", default_value_t = 120, value_name = "SECONDS")]
    pub timeout: u64,
    /// Milliseconds to wait after the first try that failed; each wait after it is twice as long.
    #[arg(long, env = "HARMATTAN_FETCH_BACKOFF_MS", default_value_t = 1_000, value_name = "MILLISECONDS")]
    pub backoff_ms: u64,
}

/// Settings of `export`.
#[derive(Debug, Args)]
pub struct ExportSettings {
    /// The collection: regions, places, incidents, control or corridors; by default incidents, in a GeoPackage all of them.
    pub collection: Option<String>,
    /// The store.
    #[command(flatten)]
    pub store: StoreSettings,
    /// geojson, geojsonseq, csv, fgb (FlatGeobuf), arrow, pmtiles: a pyramid of vector tiles, or gpkg: a store of its own with every
    /// version of the records.
    #[arg(long, env = "HARMATTAN_FORMAT", default_value = "geojson")]
    pub format: String,
    /// west,south,east,north in degrees.
    #[arg(long, env = "HARMATTAN_BBOX", value_name = "BBOX", allow_hyphen_values = true)]
    pub bbox: Option<String>,
    /// A date, an RFC 3339 instant or start/end, ends included; `..` for an open end.
    #[arg(long, env = "HARMATTAN_DATETIME", value_name = "DATETIME")]
    pub datetime: Option<String>,
    /// Only what was known by then.
    #[arg(long, env = "HARMATTAN_KNOWN_AT", value_name = "DATETIME")]
    pub known_at: Option<String>,
    /// A property and the value it must have, as `--where country=ML`; may be given several times.
    #[arg(long = "where", value_name = "PROPERTY=VALUE")]
    pub conditions: Vec<String>,
    /// A condition in CQL2, as `--filter "country = 'ML' AND fatalities_best >= 10"`; what begins with `{` is read as CQL2 JSON.
    #[arg(long, env = "HARMATTAN_FILTER", value_name = "CQL2", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Incidents that several datasets report: `all` of the reports, or each incident `once`.
    #[arg(long, env = "HARMATTAN_DUPLICATES", default_value = "all", value_parser = ["all", "once"], value_name = "WHICH")]
    pub duplicates: String,
    /// Where to write; `-` for standard output. A file is replaced once the new one is whole.
    #[arg(long, short, env = "HARMATTAN_OUTPUT", default_value = "-", value_name = "FILE")]
    pub output: PathBuf,
    /// CSV: leaves texts as they are that a spreadsheet would take for formulas, without the apostrophe before `=`, `+`, `-`, `@`.
    #[arg(long, env = "HARMATTAN_CSV_AS_IS")]
    pub csv_as_is: bool,
    /// PMTiles: the first zoom that is written, 0 to 14.
    #[arg(long, env = "HARMATTAN_MIN_ZOOM", default_value_t = 0, value_name = "ZOOM")]
    pub min_zoom: u8,
    /// PMTiles: the last zoom. What draws the map enlarges its tiles beyond it. At 10 a place is exact to ten metres, finer than any
    /// source states it.
    #[arg(long, env = "HARMATTAN_MAX_ZOOM", default_value_t = 10, value_name = "ZOOM")]
    pub max_zoom: u8,
    /// PMTiles: features that a tile holds at most, as of `serve`.
    #[arg(long, env = "HARMATTAN_MAX_FEATURES", default_value_t = 5_000, value_name = "FEATURES")]
    pub max_features: usize,
    /// Also writes rows that may not be passed on.
    #[arg(long, env = "HARMATTAN_INCLUDE_RESTRICTED")]
    pub include_restricted: bool,
}

/// Settings of `analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeSettings {
    /// What to measure.
    #[command(subcommand)]
    pub measure: Analysis,
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Analysis {
    /// Who was reported to hold what: shares of places, people and land by actor, with what is unknown.
    Control(AnalyzeControlSettings),
    /// Whether a town is cut off: how much of its supply capacity is open on reported road conditions, through which gateways, since when.
    Corridors(AnalyzeCorridorsSettings),
    /// Where an actor was first reported: distance to capitals and the coast, speed and direction, whether the front grows, moves or shrinks.
    Front(AnalyzeFrontSettings),
}

/// Settings of `analyze front`.
#[derive(Debug, Args)]
pub struct AnalyzeFrontSettings {
    /// Code of the actor, as JNIM; without it the actors that can be asked for.
    #[arg(long, env = "HARMATTAN_ACTOR", value_name = "CODE")]
    pub actor: Option<String>,
    /// The first day; by default that of the first report.
    #[arg(long, env = "HARMATTAN_FROM", value_name = "DATE")]
    pub from: Option<String>,
    /// The last day, included; by default today, and never after the last report.
    #[arg(long, env = "HARMATTAN_TO", value_name = "DATE")]
    pub to: Option<String>,
    /// Where it is measured from: lon,lat or the name of a place; by default where the first reports are.
    #[arg(long, env = "HARMATTAN_ORIGIN", value_name = "ORIGIN", allow_hyphen_values = true)]
    pub origin: Option<String>,
    /// Only what was known by then.
    #[arg(long, env = "HARMATTAN_KNOWN_AT", value_name = "DATETIME")]
    pub known_at: Option<String>,
    /// The store.
    #[command(flatten)]
    pub store: StoreSettings,
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON")]
    pub json: bool,
}

/// Settings of `analyze corridors`.
#[derive(Debug, Args)]
pub struct AnalyzeCorridorsSettings {
    /// The town, in any case and with or without accents; without it the towns that can be asked for.
    #[arg(long, env = "HARMATTAN_TARGET", value_name = "TOWN")]
    pub target: Option<String>,
    /// The day, as 2025-10-15; by default today. Not together with a span.
    #[arg(long, env = "HARMATTAN_DATE", value_name = "DATE", conflicts_with_all = ["from", "to"])]
    pub date: Option<String>,
    /// The first day of a span; by default that of the first report.
    #[arg(long, env = "HARMATTAN_FROM", value_name = "DATE")]
    pub from: Option<String>,
    /// The last day of a span, included; by default today.
    #[arg(long, env = "HARMATTAN_TO", value_name = "DATE")]
    pub to: Option<String>,
    /// How far apart the days of a span are: day, week, month; or change: the days on which a number changes.
    #[arg(long, env = "HARMATTAN_STEP", default_value = "day", value_parser = ["day", "week", "month", "change"], value_name = "STEP")]
    pub step: String,
    /// Only what was known by then.
    #[arg(long, env = "HARMATTAN_KNOWN_AT", value_name = "DATETIME")]
    pub known_at: Option<String>,
    /// The store.
    #[command(flatten)]
    pub store: StoreSettings,
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON")]
    pub json: bool,
}

/// Settings of `analyze control`.
#[derive(Debug, Args)]
pub struct AnalyzeControlSettings {
    /// The day, as 2025-10-15; by default today.
    #[arg(long, env = "HARMATTAN_DATE", value_name = "DATE")]
    pub date: Option<String>,
    /// 0: states; 1: their first-level regions.
    #[arg(long, env = "HARMATTAN_LEVEL", default_value = "0", value_name = "LEVEL")]
    pub level: String,
    /// Only what was known by then.
    #[arg(long, env = "HARMATTAN_KNOWN_AT", value_name = "DATETIME")]
    pub known_at: Option<String>,
    /// Only the region or state of that id.
    #[arg(long, env = "HARMATTAN_REGION", value_name = "ID")]
    pub region: Option<String>,
    /// actor: control and influence together; status: apart.
    #[arg(long, env = "HARMATTAN_BY", default_value = "actor", value_parser = ["actor", "status"], value_name = "WHAT")]
    pub by: String,
    /// The store.
    #[command(flatten)]
    pub store: StoreSettings,
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON")]
    pub json: bool,
}

/// Settings of `datasets`.
#[derive(Debug, Args)]
pub struct DatasetsSettings {
    /// The store.
    #[command(flatten)]
    pub store: StoreSettings,
    /// What to do; without it the datasets are listed.
    #[command(subcommand)]
    pub action: Option<DatasetsAction>,
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON", global = true)]
    pub json: bool,
}

/// What to do with datasets.
#[derive(Debug, Subcommand)]
pub enum DatasetsAction {
    /// Takes a dataset out with every version of its rows.
    Remove {
        /// Id of the dataset.
        name: String,
    },
}

/// Settings of `status` and `check`.
#[derive(Debug, Args)]
pub struct StatusSettings {
    /// The store.
    #[command(flatten)]
    pub store: StoreSettings,
    /// One JSON document instead of text.
    #[arg(long, env = "HARMATTAN_JSON")]
    pub json: bool,
}

/// What links may begin with: the address of a host, perhaps with a path, since paths and queries are put behind it.
fn public_url(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if host.is_empty() {
        return Err("expected an address as https://map.example or https://example.org/map");
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '"' | '<' | '>' | '\\' | '@')) {
        return Err("expected an address without query, fragment, credentials, quotes and spaces");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn links_begin_with_an_address_and_nothing_else() {
        for good in ["https://map.example", "http://127.0.0.1:8080", "https://example.org/map/"] {
            assert!(super::public_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "map.example",
            "https://",
            "ftp://a",
            "https://a?b=c",
            "https://a#b",
            "https://u:p@a",
            "https://a b",
            "https://a\">",
        ] {
            assert!(super::public_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_table_is_consistent() {
        super::Settings::command().debug_assert();
    }
}

//! What can be typed.

mod office;

pub(crate) use office::{
    AdminCommand, AuditCommand, BackupCommand, DestroyArgs, HoldArgs, PersonCommand, PrivacyCommand, RestoreArgs,
    ShowArgs, StaffCommand, SweepArgs,
};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use vestry_model::Region;

/// Recognise, tag and search fashion products.
#[derive(Debug, Parser)]
#[command(name = "vestry", version, about, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A catalogue, recognised and searchable, and a page to look at it: everything in one command
    Demo(DemoArgs),
    /// Serve the HTTP API and the console
    Serve(ServeArgs),
    /// Recognise images; needs no server and no database
    Tag(TagArgs),
    /// Import a CSV or JSONL feed, or a folder with one subfolder a class
    Import(ImportArgs),
    /// Search the catalogue by photo, words or likeness
    Search(SearchArgs),
    /// What visitors are recommended, and what that is made of
    Recommend(RecommendArgs),
    /// Shares of values over time, searches that found nothing, how right the machine is, what keys ask
    Insight(InsightArgs),
    /// Fit the heads on a folder with one subfolder a class
    Learn(LearnArgs),
    /// Fit on one folder-per-class tree, measure on another
    Eval(EvalArgs),
    /// The search index
    #[command(subcommand)]
    Index(IndexCommand),
    /// What the policy says: of a file, of an instant, of a period
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// What is due by the policy: sweeps, exports, erasure, certificates
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// The audit log: verified, proven, published
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Backups, and coming back from them
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Keys and people, for whoever runs this server
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Look at this machine and this data folder, and say what to do
    Doctor(Place),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Read a policy file and say what is wrong with it: line, column, and what to write instead
    Check {
        /// Policy files; several must be versions of one policy
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Which version governs an instant
    Governs {
        /// The instant, such as `2020-01-01T00:00:00+09:00`
        #[arg(value_name = "INSTANT")]
        instant: jiff::Timestamp,
        #[command(flatten)]
        policies: PolicyFiles,
    },
    /// The public page of a version, made from its file, as Markdown
    Show {
        /// Language of the page
        #[arg(long, value_enum, default_value_t = PageLanguage::Ko)]
        language: PageLanguage,
        /// Policy file; the built-in one when not given
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Each clause of the document, what enforces it, and the tests named for it
    Coverage {
        /// One JSON array instead of lines
        #[arg(long)]
        json: bool,
    },
    /// What a new version changes
    Diff {
        /// The version before
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The new version
        #[arg(value_name = "NEW")]
        new: PathBuf,
    },
    /// The last day on which what starts with an event may be held, as the Korean Civil Act counts periods
    LastDay(LastDayArgs),
}

/// Which policy is asked.
#[derive(Debug, Args)]
pub(crate) struct PolicyFiles {
    /// Policy file; repeat for its versions; the built-in one when not given
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// A language of the public page.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum PageLanguage {
    /// Korean
    Ko,
    /// English
    En,
}

#[derive(Debug, Args)]
pub(crate) struct LastDayArgs {
    /// When the period starts: a day (`2019-02-28`) or an instant (`2020-01-01T00:00:00+09:00`)
    #[arg(value_name = "EVENT")]
    pub(crate) event: String,
    /// How long it is: `5 years`, `3 months`, `30 days`
    #[arg(value_name = "PERIOD")]
    pub(crate) period: vestry_policy::Period,
    /// Time zone whose days count
    #[arg(long, value_name = "NAME", default_value = "Asia/Seoul")]
    pub(crate) zone: String,
}

/// Where the data is.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Folder that holds database, images and index; made when absent
    #[arg(long, value_name = "DIR", default_value = "vestry-data", env = "VESTRY_DATA")]
    pub(crate) data: PathBuf,
    /// Settings; `docs/config.toml` lists them all
    #[arg(long, value_name = "FILE", env = "VESTRY_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// A folder with one subfolder a class, instead of the drawn catalogue
    #[arg(long, value_name = "DIR")]
    pub(crate) photos: Option<PathBuf>,
    /// Folder for the demo's data; when not given a fresh temporary one, which goes when the demo ends
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// How many products to draw
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub(crate) products: u32,
    /// Prepare everything and leave without serving
    #[arg(long)]
    pub(crate) no_serve: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// A proxy that speaks TLS stands in front: allow addresses other than loopback
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// Speak TLS with this certificate: its chain as PEM, read again when the file changes
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// The certificate's key as PEM, which nobody but its owner may touch
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TagArgs {
    /// JPEG, PNG or WebP files
    #[arg(required = true, value_name = "IMAGE")]
    pub(crate) images: Vec<PathBuf>,
    /// One JSON document a line, as `POST /api/v1/images:tag` answers
    #[arg(long)]
    pub(crate) json: bool,
    /// Look only at this part: `x,y,w,h` in fractions of the upright image
    #[arg(long, value_name = "X,Y,W,H")]
    pub(crate) crop: Option<Region>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// A `.csv` or `.jsonl` feed, or a folder with one subfolder a class
    ///
    /// A subfolder called as a category is (`dress`, `원피스`) gives it to its pictures, as a column would. A file
    /// `classes.toml` in the folder decides instead: `outwear = "outerwear"`; an empty one gives none.
    #[arg(value_name = "FILE|DIR")]
    pub(crate) source: PathBuf,
    /// Organisation to import into, by its short name; made when absent
    #[arg(long, default_value = "shop")]
    pub(crate) org: String,
    /// Show the proposed columns and the first rows, or what each subfolder counts as; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Column mapping as JSON, as `--dry-run` prints it
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Go through the running server at this address, which needs a key in `VESTRY_KEY` and no data folder
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Search by this picture
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// Look only at this part of the picture: `x,y,w,h` in fractions
    #[arg(long, value_name = "X,Y,W,H", requires = "image")]
    pub(crate) crop: Option<Region>,
    /// Search by words, Korean or English
    #[arg(long, value_name = "QUERY")]
    pub(crate) words: Option<String>,
    /// Search for what looks like this product
    #[arg(long, value_name = "SKU")]
    pub(crate) like: Option<String>,
    /// Keep only products with this value, such as `category=dress`; repeat for more
    #[arg(long = "filter", value_name = "KEY=VALUE")]
    pub(crate) filters: Vec<String>,
    /// How many results
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: u32,
    /// The answer as JSON, as `POST /api/v1/search` gives it
    #[arg(long)]
    pub(crate) json: bool,
    /// Go through the running server at this address, which needs a key in `VESTRY_KEY` and no data folder
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    #[command(flatten)]
    pub(crate) shop: Shop,
}

/// One organisation of a data folder.
#[derive(Debug, Args)]
pub(crate) struct Shop {
    /// Organisation, by its short name
    #[arg(long, default_value = "shop")]
    pub(crate) org: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Which list.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum RecommendList {
    /// What goes with what somebody looked at
    ForYou,
    /// What visitors of a product had to do with as well, and then what looks like it
    Similar,
    /// What is in one basket with a product
    GoesWith,
    /// What most had to do with
    Popular,
    /// What all of it is made of, by its digests
    Manifest,
}

#[derive(Debug, Args)]
pub(crate) struct RecommendArgs {
    #[arg(value_enum)]
    pub(crate) list: RecommendList,
    /// The product that `similar` and `goes-with` are of
    #[arg(long)]
    pub(crate) sku: Option<String>,
    /// Somebody looked at this product; repeat for more, the last one last
    #[arg(long, value_name = "SKU")]
    pub(crate) seen: Vec<String>,
    /// How many results
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: u32,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) shop: Shop,
}

/// What about.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum InsightSubject {
    /// Shares of values in what came into the catalogue
    Catalogue,
    /// Shares of values in what searches asked for
    Asked,
    /// Shares of values among visitors who looked at something
    Clicks,
    /// Shares of values among visitors who bought something
    Sales,
    /// Searches that found nothing, and the values that come nearest
    Searches,
    /// How right the machine is, as people answered in the review
    Quality,
    /// What each key asked
    Usage,
}

/// How long a period is.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum InsightBy {
    Week,
    Month,
}

#[derive(Debug, Args)]
pub(crate) struct InsightArgs {
    #[arg(value_enum)]
    pub(crate) about: InsightSubject,
    /// Shares of this attribute's values
    #[arg(long, default_value = "category")]
    pub(crate) attribute: String,
    /// Shares by the week or by the month
    #[arg(long, value_enum, default_value = "week")]
    pub(crate) by: InsightBy,
    /// Shares in so many periods, the one of today included
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=53))]
    pub(crate) periods: u32,
    /// Searches and requests of so many days, today included
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// One JSON object instead of CSV
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) shop: Shop,
}

#[derive(Debug, Args)]
pub(crate) struct VisitorArgs {
    /// Forget them: what recommends is as if they had never come
    #[arg(long)]
    pub(crate) forget: bool,
    #[command(flatten)]
    pub(crate) shop: Shop,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct LearnArgs {
    #[command(subcommand)]
    pub(crate) about: Option<LearnCommand>,
    /// Folder with one subfolder a class
    #[arg(long, value_name = "DIR", required = true)]
    pub(crate) train: Option<PathBuf>,
    /// File to write the heads to
    #[arg(long, value_name = "FILE", default_value = "models/apparel/heads.safetensors")]
    pub(crate) out: PathBuf,
    /// Name of the heads; a server looks again at pictures that heads of another name saw
    #[arg(long, value_name = "NAME", default_value = vestry_app::fit::NAME, value_parser = heads_name)]
    pub(crate) name: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LearnCommand {
    /// How what an organisation's people taught came out, beside the shipped head
    Show(TaughtArgs),
    /// The attributes of which people said something
    Attributes(Shop),
    /// Exactly which judgements that is made of, or a version
    Manifest(ManifestArgs),
    /// What to ask next, so that few answers teach much: twenty products, with what the machine says of each
    Next(TaughtArgs),
    /// Let what was taught recognise pictures, if it is good enough
    Publish(TaughtArgs),
    /// The heads that were published, the newest first
    Versions(TaughtArgs),
    /// Take back the version in use; the one before it recognises pictures again, or the shipped head
    Back(TaughtArgs),
    /// Models that were made anew because somebody is forgotten, with their digests before and after
    Forgotten(Shop),
}

#[derive(Debug, Args)]
pub(crate) struct TaughtArgs {
    /// Attribute
    #[arg(long, default_value = "category")]
    pub(crate) attribute: String,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) shop: Shop,
}

#[derive(Debug, Args)]
pub(crate) struct ManifestArgs {
    /// Of a published version, by its number
    #[arg(long, value_name = "VERSION")]
    pub(crate) of: Option<i64>,
    #[command(flatten)]
    pub(crate) taught: TaughtArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// Folder to fit on, one subfolder a class
    #[arg(long, value_name = "DIR")]
    pub(crate) train: PathBuf,
    /// Folder to measure on, the same subfolders
    #[arg(long, value_name = "DIR")]
    pub(crate) test: PathBuf,
    /// One JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Make the index again from the database
    Rebuild(Place),
}

/// A name for heads: it stands in every tag that they suggest.
fn heads_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@._-".contains(c);
    if text.is_empty() || text.len() > 60 || !text.chars().all(is_plain) {
        return Err("write up to 60 letters, digits and `@._-`, such as `ours@1`".into());
    }
    Ok(text.into())
}

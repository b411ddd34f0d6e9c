//! What the privacy office and the operator can type.

use super::Place;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use std::path::PathBuf;
use vestry_app::{PersonId, ReasonCode, Role};

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Make the keys and the databases of personal data; the data folder may hold a catalogue already
    ///
    /// Then asks for the first accounts, on a terminal or by lines of standard input: the operator's mail address and name,
    /// the organisation's name, its owner's mail address. An empty line leaves one out, and a name is not asked for
    /// nobody. Prints the links by which they come in.
    Init {
        #[command(flatten)]
        place: Place,
    },
    /// Replace a master key, every data key being wrapped anew, or the signing key; with no server running
    Rotate {
        /// The key of what is kept apart instead of the one of what serves
        #[arg(long)]
        separated: bool,
        /// The key that signs the audit log and the archives; what the old one signed stays good
        #[arg(long, conflicts_with = "separated")]
        signing: bool,
        #[command(flatten)]
        place: Place,
    },
    /// People on file
    #[command(subcommand)]
    Person(PersonCommand),
    /// The operator's people, who sign in at `/office`
    #[command(subcommand)]
    Staff(StaffCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Put somebody on file by the two lines on standard input, mail address and name; prints a link to enrol with
    Add {
        /// What they may do: `officer` (people, sweeps), `operator` (staff, settings) or `auditor` (certificates)
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        place: Place,
    },
    /// List them
    List {
        #[command(flatten)]
        place: Place,
    },
    /// A new link to enrol with, for somebody who lost password or device; the old ones are void
    Renew {
        /// Whose id
        person: PersonId,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    /// Put somebody on file; prints their id
    Add {
        /// A JSON document: `{"member_since": "…", "items": {"email": "…"}, "records": [{"class": "payment", …}]}`
        #[arg(long, value_name = "FILE")]
        items: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Find somebody by the mail address on standard input; prints their id
    Find {
        #[command(flatten)]
        place: Place,
    },
    /// Show what of somebody serves a purpose; the look is recorded
    Show(ShowArgs),
    /// End a membership: what nothing holds is destroyed at once, the rest is kept apart
    Withdraw {
        #[command(flatten)]
        act: DestroyArgs,
    },
    /// Take a consent back: what served it alone is destroyed at once
    TakeBack {
        /// The purpose, such as `marketing`
        #[arg(long, value_name = "PURPOSE")]
        purpose: String,
        #[arg(value_name = "ID")]
        person: PersonId,
        #[command(flatten)]
        place: Place,
    },
    /// Bring a dormant member back after a fresh login
    Return {
        #[arg(value_name = "ID")]
        person: PersonId,
        #[command(flatten)]
        place: Place,
    },
    /// Give a member another role in the organisation they work for, such as `owner` where the last owner left
    Role {
        /// `viewer`, `editor` or `owner`
        role: Role,
        #[arg(value_name = "ID")]
        person: PersonId,
        #[command(flatten)]
        place: Place,
    },
    /// Say what happened to a record: a case was closed, goods were supplied
    Event {
        /// The record
        #[arg(value_name = "RECORD")]
        record: vestry_app::RecordId,
        /// `closed`, `supply`, `contract-end` …
        #[arg(value_name = "EVENT")]
        event: String,
        /// When; now when not given
        #[arg(long, value_name = "INSTANT", conflicts_with = "undo")]
        at: Option<jiff::Timestamp>,
        /// Take it back, as reopening a case does its closing
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Block a person's mail address after misuse: nobody signs up with it again before the day is over
    Block {
        #[arg(value_name = "ID")]
        person: PersonId,
        /// The last day of the block
        #[arg(long, value_name = "DATE")]
        until: Date,
        #[command(flatten)]
        place: Place,
    },
    /// End a block before its day
    Unblock {
        #[arg(value_name = "ID")]
        person: PersonId,
        #[command(flatten)]
        place: Place,
    },
    /// Stop the destruction of a person's records, or of one record
    Hold(HoldArgs),
    /// Release a hold; what it stopped is destroyed the same day
    Release(HoldArgs),
    /// List the holds in place
    Holds {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Who
    #[arg(value_name = "ID")]
    pub(crate) person: PersonId,
    /// What for, such as `membership`; `rights` opens everything for the person themselves
    #[arg(long, value_name = "PURPOSE")]
    pub(crate) purpose: String,
    /// Why, as a code from the office's list, such as `complaint-2031`
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: ReasonCode,
    /// Open what is kept apart as well, where it serves this use: `dispute`, `statute`, `lawful-request` …
    #[arg(long = "use", value_name = "USE")]
    pub(crate) used: Option<String>,
    /// Show values whole, instead of as much as tells one person's from another's; what opens a door stays hidden
    #[arg(long)]
    pub(crate) unmask: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// Who
    #[arg(value_name = "ID")]
    pub(crate) person: PersonId,
    /// Show what would happen and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    /// A person, for all their records; or one record
    #[arg(value_name = "ID")]
    pub(crate) id: PersonId,
    /// Why, as a code from the office's list, such as `lawsuit-7`
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: ReasonCode,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PrivacyCommand {
    /// Destroy what is due, keep apart what is to be kept apart, give notice; ends in a certificate
    Sweep(SweepArgs),
    /// Write everything held about a person to a file, for the person
    Export {
        #[arg(value_name = "ID")]
        person: PersonId,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The request it answers, as a code
        #[arg(long, value_name = "CODE", default_value = "request")]
        reason: ReasonCode,
        #[command(flatten)]
        place: Place,
    },
    /// Erase what may be erased of a person, at once; says what a statute keeps, and until when
    Erase(DestroyArgs),
    /// All that is held of a shop's visitor, whose id is read from standard input
    Visitor(super::VisitorArgs),
    /// Print a certificate: the newest, or the one at an entry of the audit log
    Certificate {
        /// Its entry; `vestry privacy sweep` prints it
        #[arg(value_name = "ENTRY")]
        entry: Option<u64>,
        /// A page to print instead of JSON
        #[arg(long)]
        html: bool,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SweepArgs {
    /// The day it is for; today when not given. A day to come can only be shown
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Show the plan and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// JSON instead of lines
    #[arg(long)]
    pub(crate) json: bool,
    /// An officer looked at the clock after a jump and found it right; why, as a code
    #[arg(long, value_name = "CODE")]
    pub(crate) confirm_clock: Option<ReasonCode>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify a copy of the log with the public key alone; names what is not as it was signed
    Verify {
        /// The folder of the log: `audit` in a data folder or at a backup place
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
        /// The public key that `vestry admin init` printed, or one that took over from it
        #[arg(long, value_name = "KEY")]
        key: vestry_app::PublicKey,
        /// A file with a published head, as `vestry audit head` prints it; finds a tail that was cut off
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
    },
    /// Prove that an entry is in the log, as JSON that whoever has the public key can check
    Prove {
        /// Its number, counted from 0
        #[arg(value_name = "ENTRY")]
        entry: u64,
        #[command(flatten)]
        place: Place,
    },
    /// Prove that the log began with what an older head was signed over, as JSON
    Consistency {
        /// A file with the older head, as `vestry audit head` or a certificate has it
        #[arg(value_name = "FILE")]
        head: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Check a proof with the public key alone, and print what it proves
    Check {
        /// What `vestry audit prove` or `vestry audit consistency` printed
        #[arg(value_name = "FILE")]
        proof: PathBuf,
        /// The public key that signs now
        #[arg(long, value_name = "KEY")]
        key: vestry_app::PublicKey,
        /// The older head, for a proof of consistency
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
    },
    /// Print the newest signed head, to be published elsewhere
    Head {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Write a backup of the data and a generation of the keys to every place of `backup.places`
    Create {
        /// A folder for the data instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// Come back from the newest backup into a new data folder; what was destroyed since stays so
    Restore(RestoreArgs),
    /// Come back into a scratch folder, check counts and hashes, and remove it again
    Drill(RestoreArgs),
    /// Check an archive by its signed list, without an identity
    Check {
        /// The archive; its list stands beside it
        #[arg(value_name = "FILE")]
        archive: PathBuf,
        /// The public key that `vestry admin init` printed
        #[arg(long, value_name = "KEY")]
        key: vestry_app::PublicKey,
    },
    /// Forget a place that holds no copies any more
    Forget {
        /// The place, as a certificate names it
        #[arg(value_name = "PLACE")]
        forgotten: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The file of the identity that opens archives
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: PathBuf,
    /// A folder with copies of keys, audit log and data; repeat for more; those of `backup.places` when not given
    #[arg(long = "from", value_name = "PLACE")]
    pub(crate) places: Vec<PathBuf>,
    /// The backup of the data; the newest when not given
    #[arg(long, value_name = "FILE")]
    pub(crate) backup: Option<PathBuf>,
    /// A file with a published head of the audit log; an older copy is refused
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
}

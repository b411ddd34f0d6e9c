//! The use cases: each loads what it needs, asks a pure crate, and carries out the answer. HTTP and the command
//! line are two faces of these calls.
//!
//! What it must never do: know a status code, a JSON shape of the API or a line of HTML; read a clock or a random
//! source by itself ([`Surroundings`] brings both).
//!
//! To add a use case: one file with one `impl App` block and its test, then a face in `server` and one in `cli`.

mod accounts;
mod asking;
mod backups;
mod config;
mod counting;
mod cpu;
mod daily;
pub mod demo;
mod durable;
mod error;
pub mod evaluate;
mod exporting;
pub mod feed;
pub mod fetch;
pub mod fit;
mod heads;
mod images;
mod importing;
mod indexing;
mod insight;
mod jobs;
mod keeping_logs;
mod keys;
mod looking;
mod notices;
mod opening;
mod organisations;
mod owed;
mod persons;
mod policing;
mod privacy;
mod products;
mod publishing;
mod recognising;
mod recommending;
mod refusal;
mod reviewing;
mod searching;
mod seeing;
mod sweeping;
mod tags;
mod teaching;
mod terms;
mod visiting;
mod working;

pub use accounts::{
    AccountError, AskedItem, Asking, CHECKS, CaseLine, CaseView, CertificateLink, Channel, Checked, ChildAccount,
    Colleague, ConsentView, Course, Decision, Deed, Delivered, DemoPeople, DemoStaff, Device, DryRun, Entered,
    ExportStands, FirstLinks, FirstStart, Given, GuardianPage, HistoryError, Joined, LogIn, NamedGuardian, NewCase,
    NewStaff, NotAnOrigin, Origin, Outcome, OwnPasskeys, OwnRecord, PasskeyAsked, PasskeyLine, PostOffice,
    PostOfficeError, Returned, SecondShown, SecondStands, SessionView, SignUp, StaffEntered, StaffMember, Stay, TERMS,
    Training, Visitor, consent_items,
};
pub use backups::{Backup, DrillReport, RestoreReport, RestoreRequest, drill, restore};
pub use config::{
    AccountsConfig, BackupConfig, Config, ConfigError, FetchConfig, ImageConfig, KeyVariable, MailConfig,
    PasskeysConfig, PolicyConfig, REFERENCE, ServerConfig, StoreConfig, TermsConfig, VaultConfig, Within,
};
pub use counting::Ending;
pub use cpu::Cpu;
pub use daily::SweepState;
pub use error::AppError;
pub use exporting::{Export, ExportFormat};
pub use heads::{HeadEvidence, NotPublished, PublishedHead};
pub use images::{ImageSize, THUMBNAIL_WIDTH};
pub use importing::{ImportReport, ImportSource};
pub use insight::{
    By, KeyUsage, MAX_DAYS, NearValue, Period, Quality, ShareLine, ShareSource, Shares, SharesInput, UnmetSearches,
    UnmetWords, Usage, ValueQuality,
};
pub use jobs::{Ended, JobKind, JobReport};
pub use keeping_logs::LogKeeper;
pub use keys::{Access, NewKey};
pub use looking::LookReport;
pub use notices::{AsksFor, Both, MAX_ADVERTISEMENT, MAX_NOTICE_LINE, Notice, NoticeText};
pub use opening::{App, HeadsError, OpenError, Surroundings};
pub use organisations::{is_organisation_name, slug};
pub use persons::{Description, HeldDay, HeldItem, HeldRecord, Leaving, MASK, NewRecordText, is_secret, masked};
pub use policing::{PoliciesError, policies, policy};
pub use privacy::{Privacy, PrivacyError, keys_folder};
pub use products::{ImageInput, ListRequest, ProductInput, ProductPage, ProductView};
pub use publishing::{Draft, DraftError};
pub use recognising::{ImageReport, ListedImage, ListedReport, MAX_LISTED, TagReport};
pub use recommending::{BecauseOf, RecommendInput, RecommendedProduct, RecommenderFacts, Wanted};
pub use refusal::{Refusal, RefusalCode};
pub use reviewing::{
    Asked, LookAlike, LookAlikes, MAX_SPREAD, PROPOSALS, Proposal, QUESTIONS_COUNTED, Question, Reason, ReviewProgress,
    TakenBack,
};
pub use searching::{RuleInput, SearchInput, SearchOutcome};
pub use sweeping::{Sweep, SweepOutcome, SweepRequest};
pub use teaching::{Lineage, LineageLine, Taught, TeachingError};
pub use vestry_learn::{
    blend::{BLENDS, Choice},
    measure::{Bin, reliability},
    taught::{CurvePoint, Said, Verdict},
    trend::{Count, Direction, Trend},
};
pub use vestry_mail::Language;
pub use vestry_policy::{LawfulUse, TwoStaff};
pub use vestry_store::{
    Correction, Document, Edge, Forgetting, HeadEnd, HeadFacts, HeadVersion, Image, ImageState, Job, JobError,
    JobState, Key, KeyKind, Organisation, Picture, Place, ProductFilter, Progress, Put, ReviewStep, Reviewed,
    StoreError, StoredProduct, TagCount, Undone, Waiting,
};
pub use vestry_vault::archive::{ArchiveError, Manifest, check as check_archive};
pub use vestry_vault::audit::{Consistency, Inclusion, PublicKey, SignedHead, verify};
pub use vestry_vault::{
    Certificate, CertificateRow, Counted, HoldSubject, ModelChange, NewRecord, NotAnId, NoticeId, NoticeKind,
    NoticeOnFile, Opening, PersonId, Personal, Proposal as StaffProposal, Reader, ReasonCode, RecordId, RestoreAim,
    Role, Store as VaultStore, VaultError, Waits, event_named,
};
pub use visiting::{EventsTaken, ForgottenVisitor, Happened, HeldOfVisitor, MAX_EVENTS, NewEvent, RECOMMENDATIONS};

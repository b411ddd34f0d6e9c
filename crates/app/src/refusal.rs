//! Why a part of long work, a row or a picture, was refused: closed, so that a page says it in its reader's language.

use crate::{AppError, feed::FeedError, fetch::FetchError};
use vestry_model::CatalogueError;
use vestry_store::JobError;
use vestry_vision::IntakeError;

macro_rules! codes {
    ($($name:ident, $code:literal;)+) => {
        /// What was wrong. It is stored as [`as_str`](Self::as_str), which never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each is its name")]
        pub enum RefusalCode { $($name),+ }

        impl RefusalCode {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name for programs.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }
        }
    };
}

codes! {
    BadAddress, "bad_address";
    BadCurrency, "bad_currency";
    BadPrice, "bad_price";
    BadSku, "bad_sku";
    BadStatus, "bad_status";
    FeedEmpty, "feed_empty";
    FeedHeader, "feed_header";
    FeedMapping, "feed_mapping";
    FeedNotText, "feed_not_text";
    FeedTooWide, "feed_too_wide";
    FileMissing, "file_missing";
    FileTooLong, "file_too_long";
    FileUnreadable, "file_unreadable";
    NoAuthorities, "no_authorities";
    NotFetched, "not_fetched";
    NotJson, "not_json";
    NotObject, "not_object";
    NotUnderstood, "bad_request";
    NulByte, "nul_byte";
    OpenQuote, "open_quote";
    OtherWidth, "other_width";
    Ours, "internal";
    PathNotRead, "path_not_read";
    PathOutside, "path_outside";
    PictureAnimated, "picture_animated";
    PictureCutOff, "picture_cut_off";
    PictureDamaged, "picture_damaged";
    PictureEmpty, "picture_empty";
    PictureGone, "picture_gone";
    PictureTooDeep, "picture_too_deep";
    PictureTooLarge, "picture_too_large";
    PictureTooManyPixels, "picture_too_many_pixels";
    PictureUnknown, "picture_unknown";
    PrivateAddress, "private_address";
    RepeatedSku, "repeated_sku";
    RowTooLong, "row_too_long";
    RowTooWide, "row_too_wide";
    TextTooLong, "text_too_long";
    TooLate, "timeout";
    TooManyFields, "too_many_fields";
    TooManyRedirects, "too_many_redirects";
    Undecoded, "undecoded";
    UnknownHost, "unknown_host";
    UnknownTag, "unknown_tag";
}

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was wrong.
    pub code: RefusalCode,
    /// The column at fault, if one is.
    pub column: Option<String>,
    /// The number that the sentence names, such as a limit.
    pub number: Option<u64>,
    /// What was wrong and what to do, in English.
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, column: None, number: None, message: message.into() }
    }

    /// One whose sentence names a number.
    pub(crate) fn with(code: RefusalCode, number: usize, message: impl Into<String>) -> Self {
        Self { number: Some(number as u64), ..Self::new(code, message) }
    }

    /// The error of a job: of the input's `line`, if it has lines, and the value at fault.
    pub(crate) fn at(self, line: Option<u64>, value: String) -> JobError {
        let message = match &self.column {
            Some(column) => format!("column `{column}`: {}", self.message),
            None => self.message,
        };
        let code = Some(self.code.as_str().to_owned());
        JobError { line, value, code, place: self.column, number: self.number, message }
    }
}

impl From<&CatalogueError> for Refusal {
    fn from(error: &CatalogueError) -> Self {
        let said = error.to_string();
        match error {
            CatalogueError::Sku(_) => Self::new(RefusalCode::BadSku, said),
            CatalogueError::Currency(_) => Self::new(RefusalCode::BadCurrency, said),
            CatalogueError::Price(_) => Self::new(RefusalCode::BadPrice, said),
            CatalogueError::TooLong { limit, .. } => Self::with(RefusalCode::TextTooLong, *limit, said),
            CatalogueError::TooManyFields(_) => Self::new(RefusalCode::TooManyFields, said),
        }
    }
}

impl From<&IntakeError> for Refusal {
    fn from(error: &IntakeError) -> Self {
        let said = error.to_string();
        match error {
            IntakeError::Empty => Self::new(RefusalCode::PictureEmpty, said),
            IntakeError::TooManyBytes { limit, .. } => Self::with(RefusalCode::PictureTooLarge, *limit, said),
            IntakeError::Refused(_) | IntakeError::Unknown => Self::new(RefusalCode::PictureUnknown, said),
            IntakeError::Animated(_) => Self::new(RefusalCode::PictureAnimated, said),
            IntakeError::TooManyPixels { limit, .. } => Self::with(RefusalCode::PictureTooManyPixels, *limit, said),
            IntakeError::TooDeep { .. } => Self::new(RefusalCode::PictureTooDeep, said),
            IntakeError::Truncated(_) => Self::new(RefusalCode::PictureCutOff, said),
            IntakeError::NoPixels { .. } | IntakeError::Damaged { .. } | IntakeError::NotDerivative { .. } => {
                Self::new(RefusalCode::PictureDamaged, said)
            }
        }
    }
}

impl From<&FetchError> for Refusal {
    fn from(error: &FetchError) -> Self {
        let said = error.to_string();
        match error {
            FetchError::Url(_) => Self::new(RefusalCode::BadAddress, said),
            FetchError::Forbidden(_) => Self::new(RefusalCode::PrivateAddress, said),
            FetchError::NoAddress(_) => Self::new(RefusalCode::UnknownHost, said),
            FetchError::Redirects { limit, .. } => Self::with(RefusalCode::TooManyRedirects, *limit, said),
            FetchError::Status { status, .. } => Self::with(RefusalCode::BadStatus, usize::from(*status), said),
            FetchError::TooLarge { limit, .. } => Self::with(RefusalCode::PictureTooLarge, *limit, said),
            FetchError::Timeout(_) => Self::new(RefusalCode::TooLate, said),
            FetchError::Connection(_) => Self::new(RefusalCode::NotFetched, said),
            FetchError::Setup => Self::new(RefusalCode::NoAuthorities, said),
        }
    }
}

impl From<&FeedError> for Refusal {
    fn from(error: &FeedError) -> Self {
        let said = error.to_string();
        match error {
            FeedError::Empty => Self::new(RefusalCode::FeedEmpty, said),
            FeedError::NotText { .. } => Self::new(RefusalCode::FeedNotText, said),
            FeedError::Columns { .. } => Self::new(RefusalCode::FeedTooWide, said),
            FeedError::Header(_) => Self::new(RefusalCode::FeedHeader, said),
            FeedError::Mapping(_) => Self::new(RefusalCode::FeedMapping, said),
            FeedError::Read(_) => Self::new(RefusalCode::FileUnreadable, said),
        }
    }
}

impl From<&AppError> for Refusal {
    fn from(error: &AppError) -> Self {
        match error {
            AppError::Catalogue(error) => error.into(),
            AppError::Image(error) => error.into(),
            AppError::Fetch(error) => error.into(),
            AppError::Feed(error) => error.into(),
            AppError::BadRequest(said) => Self::new(RefusalCode::NotUnderstood, said),
            AppError::File { .. } => Self::new(RefusalCode::FileUnreadable, error.to_string()),
            AppError::UnknownValue { .. } => Self::new(RefusalCode::UnknownTag, error.to_string()),
            _ => Self::new(RefusalCode::Ours, error.to_string()),
        }
    }
}

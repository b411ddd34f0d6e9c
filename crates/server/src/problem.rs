//! What went wrong, for the caller; the chain of causes stays in the operator's log.
//!
//! A handler returns a [`Problem`]. It travels in the response's extensions until [`crate::envelope`] writes it as the
//! JSON envelope, with its message, or as a page, with the word of its [`Code`]; both with the request's id.

mod code;

pub(crate) use code::Code;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use vestry_app::{AppError, feed::FeedError};
use vestry_search::IndexError;

/// An answer that is not the one hoped for.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// Somebody asks more often than they may, and is heard again in some seconds.
pub(crate) fn too_often(message: &str, wait_s: u32) -> Problem {
    let hint = if wait_s > 60 { "wait some minutes and try again" } else { "wait a second and try again" };
    Problem::new(StatusCode::TOO_MANY_REQUESTS, Code::TooManyRequests, message).hint(hint)
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), hint: String::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The request cannot be understood.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadRequest, message)
    }

    /// The request is understood and refused.
    pub(crate) fn refused(code: Code, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    pub(crate) fn not_found(code: Code, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// Something of ours failed: logged with all its causes, told without any.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(causes = causes(error), "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            Code::Internal,
            "something failed on our side; nothing was changed",
        )
        .hint("try again; if it stays, give the request id to whoever runs this server")
    }

    /// No space is left: logged with all its causes.
    pub(crate) fn full(error: &dyn std::error::Error) -> Self {
        tracing::error!(causes = causes(error), "the disk is full");
        let message = "no space is left on the server; nothing was changed";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, Code::Full, message).hint("tell whoever runs this server")
    }

    /// What a bare status means, for answers that the framework itself made.
    pub(crate) fn of_status(status: StatusCode, said: &str) -> Self {
        let (code, message, hint) = match status {
            StatusCode::NOT_FOUND => (Code::NotFound, "there is nothing at this address", "see `/api/docs`"),
            StatusCode::METHOD_NOT_ALLOWED => {
                (Code::MethodNotAllowed, "this address does not take this method", "see `/api/docs`")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                (Code::TooLarge, "the body is larger than this address takes", "an image may have 32 MiB")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                (Code::UnsupportedMediaType, "this address does not take this content type", "see `/api/docs`")
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => {
                (Code::Timeout, "the request took too long and was given up", "try again with less at once")
            }
            s if s.is_server_error() => (Code::Internal, "something failed on our side", "try again"),
            _ => (Code::BadRequest, if said.is_empty() { "the request cannot be understood" } else { said }, ""),
        };
        Self::new(status, code, message).hint(hint)
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let said = error.to_string();
        match &error {
            AppError::Catalogue(_) => Self::refused(Code::BadProduct, said),
            AppError::Image(vestry_vision::IntakeError::TooManyBytes { .. }) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, said)
            }
            AppError::Image(_) => Self::refused(Code::BadImage, said),
            AppError::Index(IndexError::CursorGone) => Self::new(StatusCode::GONE, Code::CursorGone, said),
            AppError::Index(IndexError::UnknownField { .. }) => Self::refused(Code::UnknownField, said),
            AppError::Index(IndexError::UnknownValue { .. }) => Self::refused(Code::UnknownValue, said),
            AppError::Index(IndexError::Request(_)) => Self::bad_request(said),
            AppError::Index(IndexError::NoSuchProduct(_)) => {
                Self::refused(Code::NoPicture, "this product has no picture that was recognised yet")
                    .hint("wait a second after putting it, or use another product or words")
            }
            AppError::UnknownProduct(_) => Self::not_found(Code::UnknownProduct, said),
            AppError::UnknownImage => Self::not_found(Code::UnknownImage, said),
            AppError::UnknownJob(_) => Self::not_found(Code::UnknownJob, said),
            AppError::UnknownOrganisation(_) => Self::not_found(Code::UnknownOrganisation, said),
            AppError::NoVault => Self::new(StatusCode::CONFLICT, Code::NoVault, said),
            AppError::UnknownKey => Self::not_found(Code::UnknownKey, said),
            AppError::NotPublished(_) => Self::new(StatusCode::CONFLICT, Code::NotPublished, said),
            AppError::UnknownValue { .. } => Self::refused(Code::UnknownValue, said),
            AppError::BadRequest(_) => Self::bad_request(said),
            AppError::Feed(FeedError::Read(_)) => Self::internal(&error),
            AppError::Feed(_) => Self::refused(Code::BadFeed, said),
            AppError::Fetch(_) => Self::refused(Code::NotFetched, said),
            AppError::Store(error) if error.is_bad_text() => {
                Self::refused(Code::BadText, "a text holds a NUL character, which no database keeps; send it without")
            }
            _ if error.is_full() => Self::full(&error),
            _ => Self::internal(&error),
        }
    }
}

//! What can go wrong, closed: a name for programs, and the word by which a page says it to people.

macro_rules! codes {
    ($($name:ident, $code:literal, $word:expr;)+) => {
        /// What went wrong. Programs decide on [`as_str`](Self::as_str), which never changes; a page says
        /// [`word`](Self::word) in its reader's language. Adding one takes both, and a test holds the words against the locales.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code { $($name),+ }

        impl Code {
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            pub(crate) fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

codes! {
    BadColour, "bad_colour", /* word */ "problem-bad-request";
    BadCrop, "bad_crop", /* word */ "problem-bad-request";
    BadFeed, "bad_feed", /* word */ "problem-bad-feed";
    BadImage, "bad_image", /* word */ "problem-bad-image";
    BadKey, "bad_key", /* word */ "problem-bad-key";
    BadProduct, "bad_product", /* word */ "problem-bad-product";
    BadRequest, "bad_request", /* word */ "problem-bad-request";
    BadText, "bad_text", /* word */ "problem-bad-text";
    BadVisitor, "bad_visitor", /* word */ "problem-bad-visitor";
    Case, "case", /* word */ "problem-case";
    CursorGone, "cursor_gone", /* word */ "problem-cursor-gone";
    Draft, "draft", /* word */ "problem-draft";
    ForeignForm, "foreign_form", /* word */ "problem-foreign-form";
    Full, "full", /* word */ "problem-full";
    Guarded, "guarded", /* word */ "problem-guarded";
    Internal, "internal", /* word */ "problem-ours-hint";
    LastOfRole, "last_of_role", /* word */ "problem-last-of-role";
    Link, "link", /* word */ "link-over";
    MethodNotAllowed, "method_not_allowed", /* word */ "problem-bad-request";
    NoAccounts, "no_accounts", /* word */ "problem-no-accounts";
    NoChoice, "no_choice", /* word */ "problem-no-choice";
    NoCopy, "no_copy", /* word */ "problem-no-copy";
    NoDraft, "no_draft", /* word */ "problem-no-draft";
    NoKey, "no_key", /* word */ "problem-no-key";
    NoLogin, "no_login", /* word */ "problem-no-login";
    NoMember, "no_member", /* word */ "problem-no-member";
    NoPicture, "no_picture", /* word */ "problem-no-picture";
    NoStaff, "no_staff", /* word */ "problem-no-staff";
    NoToken, "no_token", /* word */ "problem-no-token";
    NoVault, "no_vault", /* word */ "problem-no-vault";
    NotFetched, "not_fetched", /* word */ "problem-not-fetched";
    NotFound, "not_found", /* word */ "problem-nothing-here";
    NotPublished, "not_published", /* word */ "problem-not-published";
    NotReady, "not_ready", /* word */ "problem-ours-hint";
    NotYours, "not_yours", /* word */ "problem-not-yours";
    OfficeNetwork, "office_network", /* word */ "problem-office-network";
    OriginNeeded, "origin_needed", /* word */ "problem-no-key";
    OriginNotAllowed, "origin_not_allowed", /* word */ "problem-no-key";
    Refused, "refused", /* word */ "problem-bad-request";
    SecretKeyNeeded, "secret_key_needed", /* word */ "problem-no-key";
    StaleForm, "stale_form", /* word */ "problem-stale-form";
    Timeout, "timeout", /* word */ "problem-timeout";
    TooLarge, "too_large", /* word */ "problem-too-large-hint";
    TooManyRequests, "too_many_requests", /* word */ "problem-too-often";
    TwoStaff, "two_staff", /* word */ "problem-two-staff";
    UnknownAttribute, "unknown_attribute", /* word */ "problem-unknown";
    UnknownCase, "unknown_case", /* word */ "problem-unknown";
    UnknownCertificate, "unknown_certificate", /* word */ "problem-unknown";
    UnknownField, "unknown_field", /* word */ "problem-unknown";
    UnknownHead, "unknown_head", /* word */ "problem-unknown";
    UnknownImage, "unknown_image", /* word */ "problem-unknown";
    UnknownJob, "unknown_job", /* word */ "problem-unknown";
    UnknownKey, "unknown_key", /* word */ "problem-unknown";
    UnknownNotice, "unknown_notice", /* word */ "problem-unknown";
    UnknownOrganisation, "unknown_organisation", /* word */ "problem-unknown";
    UnknownPerson, "unknown_person", /* word */ "problem-unknown-person";
    UnknownProduct, "unknown_product", /* word */ "problem-unknown-product";
    UnknownProposal, "unknown_proposal", /* word */ "problem-unknown";
    UnknownToken, "unknown_token", /* word */ "problem-no-token";
    UnknownValue, "unknown_value", /* word */ "problem-unknown";
    UnknownVersion, "unknown_version", /* word */ "problem-unknown-version";
    UnsupportedMediaType, "unsupported_media_type", /* word */ "problem-bad-request";
    UploadGone, "upload_gone", /* word */ "upload-gone";
    WrongProof, "wrong_proof", /* word */ "sign-in-wrong";
}

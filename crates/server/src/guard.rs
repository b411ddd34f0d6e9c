//! Who may: every route says what it needs, and this layer stands before each that needs something.

use crate::{
    problem::{Code, Problem, too_often},
    session::{self, Session},
    state::{Network, Server, cookie},
};
use axum::{
    body::{Body, Bytes},
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Request,
        multipart::{MultipartError, MultipartRejection},
    },
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use vestry_app::{Access, Ending, KeyKind, Role};
use vestry_model::{KeyId, OrganisationId};

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// Any key of an organisation, also one that stands in a web page.
    AnyKey,
    /// Any key, to tell what visitors do, or an editor's session.
    AnyKeyOrEditor,
    /// A secret key, or a session of the console with its token: of a viewer to see, of an editor to change.
    SecretKey,
    /// A secret key, or an owner's session.
    OwnerKey,
    /// The token of whoever collects metrics, or an operator's session: they are the whole installation's.
    Metrics,
    /// A session, of whomever.
    Anybody,
    /// A session of the console.
    Session,
    /// One of somebody who may change the catalogue.
    Editor,
    /// One of somebody who gives roles and makes keys.
    Owner,
    /// A member's, whatever their role: their own data.
    Member,
    /// One of the operator's people.
    Staff,
    /// One of them who runs the machine.
    Operator,
    /// One of the privacy office.
    Officer,
}

impl Need {
    /// Whether somebody of that role, of that kind, has it.
    fn is_met_by(self, session: &Session) -> bool {
        let has = |role: Role| session.role().is_some_and(|has| !has.is_staff() && has >= role);
        match self {
            Self::Nothing | Self::Anybody => true,
            Self::AnyKey | Self::SecretKey | Self::Session => has(Role::Viewer),
            Self::Editor | Self::AnyKeyOrEditor => has(Role::Editor),
            Self::OwnerKey | Self::Owner => has(Role::Owner),
            Self::Member => session.member().is_some(),
            Self::Staff => session.staff().is_some(),
            Self::Operator | Self::Metrics => session.staff().is_some_and(|staff| staff.role == Some(Role::Operator)),
            Self::Officer => session.staff().is_some_and(|staff| staff.role == Some(Role::Officer)),
        }
    }

    /// Where somebody without it signs in.
    fn door(self) -> &'static str {
        match self {
            Self::Staff | Self::Operator | Self::Officer => "/office/sign-in",
            _ => "/sign-in",
        }
    }
}

/// Who asks, for handlers of the API.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub(crate) organisation: OrganisationId,
    /// A pseudonym for corrections.
    pub(crate) who: String,
}

/// What a form sent, read and its token checked before the handler runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(pub(crate) Vec<Field>);

/// One member of a form.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// For a file, what it was called.
    pub(crate) file: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Fields {
    /// A text member; the last one counts, as buttons come last.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().rev().find(|f| f.name == name && f.file.is_none())?;
        std::str::from_utf8(&field.bytes).ok()
    }

    /// All text members of this name, in order.
    pub(crate) fn texts<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0
            .iter()
            .filter(move |f| f.name == name && f.file.is_none())
            .filter_map(|f| std::str::from_utf8(&f.bytes).ok())
    }

    /// A file that was sent by a program, which is told when it is empty. A browser sends one without a name where none was
    /// chosen.
    pub(crate) fn sent(&self, name: &str) -> Result<Option<&Field>, Problem> {
        let is_chosen = |f: &&Field| f.name == name && f.file.as_deref().is_some_and(|file| !file.is_empty());
        match self.0.iter().find(is_chosen) {
            Some(field) if field.bytes.is_empty() => Err(Problem::bad_request(format!("the file `{name}` is empty"))),
            _ => Ok(self.file(name)),
        }
    }

    /// A file that is not empty.
    pub(crate) fn file(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|f| f.name == name && f.file.is_some() && !f.bytes.is_empty())
    }
}

/// What a route says to its guard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guarded {
    pub(crate) need: Need,
    /// The most bytes of a body.
    pub(crate) limit: usize,
    pub(crate) cost: Cost,
}

/// What a request costs, by which whoever is signed in is held to a rate. A key has one of its own for all it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// A page.
    Little,
    /// The processor: a search, a picture to look at.
    Work,
}

/// A body that may be larger than this is read at once with few others.
const LARGE: usize = 64 << 20;

/// The most of a form that is read before it shows the session's token, which stands first in every form.
const UNTOLD: usize = 1 << 20;

/// Lets a request through when it brings what its route needs.
pub(crate) async fn guard(server: Server, line: Guarded, request: Request, next: Next) -> Response {
    let need = line.need;
    let place = (line.limit > LARGE).then(|| server.large.try_acquire()).transpose();
    let Ok(_place) = place else { return *refuse_often("others send as much as is read at once") };
    let outcome = match need {
        _ if is_out_of_reach(&server, need, &request) => Err(refuse(out_of_reach())),
        // What brings a key of its own may come from anywhere.
        Need::AnyKey | Need::AnyKeyOrEditor | Need::SecretKey | Need::OwnerKey => {
            with_key(&server, line, request).await
        }
        Need::Metrics => with_token(&server, line, request).await,
        _ if is_foreign(&request) => Err(refuse(foreign())),
        Need::Nothing => Ok(request),
        _ => with_session(&server, line, request).await,
    };
    match outcome {
        Ok(request) => {
            let (origin, key) = (allowed_origin(&request), request.extensions().get::<UsedKey>().copied());
            let area = area(request.uri().path());
            let mut response = next.run(request).await;
            if let Some(UsedKey(key)) = key {
                server.app.count_request(key, area, ending(response.status()));
            }
            if let Some(origin) = origin {
                let headers = response.headers_mut();
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id"));
                headers.append(header::VARY, HeaderValue::from_static("origin"));
            }
            response
        }
        Err(response) => *response,
    }
}

/// The key that a request came with.
#[derive(Debug, Clone, Copy)]
struct UsedKey(KeyId);

/// What a request of the API is about: the name after its version.
fn area(path: &str) -> &'static str {
    const AREAS: [&str; 10] =
        ["search", "recommend", "events", "visitors", "products", "images", "learn", "insights", "jobs", "keys"];
    let name = path.strip_prefix("/api/v1/").unwrap_or("").split(['/', ':']).next();
    AREAS.into_iter().find(|area| Some(*area) == name).unwrap_or("other")
}

fn ending(status: StatusCode) -> Ending {
    match status {
        _ if status.is_server_error() => Ending::Failed,
        _ if status.is_client_error() => Ending::Refused,
        _ => Ending::Answered,
    }
}

/// Whether this is the privacy office's, asked for from outside its networks. That it happened is logged, from where is not.
fn is_out_of_reach(server: &Server, need: Need, request: &Request) -> bool {
    let path = request.uri().path();
    let is_by_session = need == Need::Metrics && bearer(request.headers()).is_none();
    if path != "/office" && !path.starts_with("/office/") && !is_by_session {
        return false;
    }
    let address = request.extensions().get::<Network>().and_then(|Network(_, address)| *address);
    let from = address.map_or(String::new(), |address| address.to_string());
    let is_out = !server.app.config().server.office_is_reached_from(&from);
    if is_out {
        tracing::warn!("somebody outside the office's networks was refused");
    }
    is_out
}

fn out_of_reach() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, Code::OfficeNetwork, "the privacy office is not reached from your network")
        .hint("come from a network that `server.office_networks` names, or ask whoever runs this server to add yours")
}

/// Whether another site's page sends this form. Such a form has no token to show where nobody is signed in. A browser says
/// where it comes from; who says nothing is no browser, and no person's cookies travel with it.
fn is_foreign(request: &Request) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let text = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap_or(""));
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return false };
    // HTTP/2 names the host in the address.
    let host = text("host").or_else(|| request.uri().authority().map(|a| a.as_str()));
    let from = origin.split_once("://").map(|(_, from)| from);
    !matches!((from, host), (Some(from), Some(host)) if from.eq_ignore_ascii_case(host))
}

fn foreign() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, Code::ForeignForm, "this form was sent by a page of another site")
        .hint("open this server's own page and try there")
}

/// A refusal on the heap: it is rare, and a response is large.
type Refused = Box<Response>;

fn refuse(problem: Problem) -> Refused {
    Box::new(problem.into_response())
}

async fn with_key(server: &Server, line: Guarded, mut request: Request) -> Result<Request, Refused> {
    let need = line.need;
    let access = match bearer(request.headers()) {
        Some(secret) => {
            let found = server.app.authorise(secret).await.map_err(|e| refuse(e.into()))?;
            found.ok_or_else(|| {
                refuse(
                    Problem::new(StatusCode::UNAUTHORIZED, Code::UnknownKey, "this key is not one, or was revoked")
                        .hint("copy the whole key, or make a new one on the console's page of keys"),
                )
            })?
        }
        None => {
            let session = api_session(server, need, request.method(), request.headers()).await?;
            may_cost(server, line, &session)?;
            let who = server.pseudonym(&session);
            request.extensions_mut().insert(Actor { organisation: session.organisation(), who });
            return Ok(request);
        }
    };
    if let Err(refused) = may_use(server, need, &access, &mut request) {
        server.app.count_request(access.key, area(request.uri().path()), Ending::Refused);
        return Err(refused);
    }
    let who = format!("key-{}", access.key);
    request.extensions_mut().insert(UsedKey(access.key));
    request.extensions_mut().insert(Actor { organisation: access.organisation, who });
    Ok(request)
}

/// Whether a key may be used for this, from there, now.
fn may_use(server: &Server, need: Need, access: &Access, request: &mut Request) -> Result<(), Refused> {
    let forbidden =
        |code, message: &str, hint: &str| Err(refuse(Problem::new(StatusCode::FORBIDDEN, code, message).hint(hint)));
    if let KeyKind::Publishable { origins } = &access.kind {
        if !matches!(need, Need::AnyKey | Need::AnyKeyOrEditor) {
            let message =
                "a publishable key may search, ask for recommendations and tell what visitors do, nothing else";
            return forbidden(Code::SecretKeyNeeded, message, "use a secret key, from a server of yours");
        }
        match request.headers().get(header::ORIGIN) {
            Some(origin) if origins.iter().any(|o| o.as_bytes() == origin.as_bytes()) => {
                let origin = AllowedOrigin(origin.clone());
                request.extensions_mut().insert(origin);
            }
            Some(_) => {
                let message = "this key may not be used from this page";
                return forbidden(Code::OriginNotAllowed, message, "add the page's origin when making the key");
            }
            // Without it nobody says from which page, and the key stands in pages for all to read.
            None => {
                let message = "a publishable key is used from web pages alone";
                return forbidden(Code::OriginNeeded, message, "use a secret key, from a server of yours");
            }
        }
    }
    if server.keys.allows(access.key) { Ok(()) } else { Err(refuse_often("this key asks more often than it may")) }
}

/// Whoever collects metrics, or an operator who looks at them.
async fn with_token(server: &Server, line: Guarded, request: Request) -> Result<Request, Refused> {
    let Some(given) = bearer(request.headers()) else {
        api_session(server, line.need, request.method(), request.headers()).await?;
        return Ok(request);
    };
    let is_it = server.options.metrics_token.as_ref().is_some_and(|token| token.is(given));
    let unknown = || {
        Problem::new(StatusCode::UNAUTHORIZED, Code::UnknownToken, "this is not the token of this server's metrics")
            .hint("send what stands in the file that `server.metrics_token_file` names; a key is none")
    };
    if is_it { Ok(request) } else { Err(refuse(unknown())) }
}

/// The console's own scripts use the API with the session and its token.
async fn api_session(server: &Server, need: Need, method: &Method, headers: &HeaderMap) -> Result<Session, Refused> {
    let missing = || {
        let (code, message, hint) = match need {
            Need::Metrics => (
                Code::NoToken,
                "metrics are for the operator of this server",
                "send the token of `server.metrics_token_file`, or sign in at `/office/sign-in` as an operator",
            ),
            _ => (Code::NoKey, "this address needs a key", "send `Authorization: Bearer vs_…`"),
        };
        refuse(Problem::new(StatusCode::UNAUTHORIZED, code, message).hint(hint))
    };
    let session = live_session(server, headers).await?.ok_or_else(missing)?;
    let safe = matches!(*method, Method::GET | Method::HEAD);
    let token = headers.get("x-csrf-token").map(HeaderValue::as_bytes);
    if !safe && token != Some(session.csrf.as_bytes()) {
        return Err(refuse(stale_form()));
    }
    let need = if need == Need::SecretKey && !safe { Need::Editor } else { need };
    if need.is_met_by(&session) { Ok(session) } else { Err(refuse(not_yours())) }
}

/// Holds whoever is signed in to what one of them may ask of what costs.
fn may_cost(server: &Server, line: Guarded, session: &Session) -> Result<(), Refused> {
    let may = match line.cost {
        Cost::Little => true,
        Cost::Work => server.members.allows(session.subject()),
    };
    if may { Ok(()) } else { Err(refuse_often("you ask more often than one may")) }
}

fn refuse_often(message: &str) -> Refused {
    let mut response = too_often(message, 1).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    Box::new(response)
}

fn not_yours() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, Code::NotYours, "your role does not reach this")
        .hint("ask an owner of your organisation, or sign in as somebody else")
}

fn stale_form() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, Code::StaleForm, "this form is not from your session")
        .hint("load the page again and repeat")
}

async fn live_session(server: &Server, headers: &HeaderMap) -> Result<Option<Session>, Refused> {
    let Some(token) = cookie(headers, session::COOKIE) else { return Ok(None) };
    let now = server.app.now();
    let Some(session) = server.sessions.get(token, now) else {
        return visitor_session(server, token).await.map_err(refuse);
    };
    let keys = server.app.keys(session.access.organisation).await.map_err(|e| refuse(e.into()))?;
    let live = keys.iter().any(|k| k.id == session.access.key && k.revoked.is_none_or(|at| at > now));
    // Its first owner has an account now.
    let late = server.app.has_owner(session.access.organisation).await.map_err(|e| refuse(e.into()))?;
    if !live || late {
        server.sessions.end(token);
        return Ok(None);
    }
    Ok(Some(Session::of_key(&session.access, session.shop, session.csrf)))
}

/// A member's or staff's session, as the vault has it at this moment.
async fn visitor_session(server: &Server, token: &str) -> Result<Option<Session>, Problem> {
    let Some(privacy) = server.app.privacy() else { return Ok(None) };
    let Some(visitor) = privacy.visitor(token).await? else { return Ok(None) };
    let shop = match visitor.organisation {
        Some(id) => server.app.organisation_name(id).await?,
        None => String::new(),
    };
    Ok(Some(Session::of_visitor(visitor, shop, token)))
}

async fn with_session(server: &Server, line: Guarded, mut request: Request) -> Result<Request, Refused> {
    let Guarded { need, limit, .. } = line;
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(session) = live_session(server, request.headers()).await? else {
        let back = if safe { request.uri().path_and_query().map_or("/", |p| p.as_str()) } else { "/catalogue" };
        let to = format!("{}?next={}", need.door(), utf8_percent_encode(back, NON_ALPHANUMERIC));
        return Err(Box::new(Redirect::to(&to).into_response()));
    };
    if !need.is_met_by(&session) {
        return Err(refuse(not_yours()));
    }
    may_cost(server, line, &session)?;
    if !safe {
        let (parts, body) = request.into_parts();
        let fields = if is_multipart(&parts.headers) {
            read_parts(&parts.headers, body, limit, Some(&session.csrf)).await
        } else {
            let read = axum::body::to_bytes(body, limit.min(UNTOLD)).await;
            read.map(|bytes| read_pairs(&bytes)).map_err(|_| too_large())
        };
        let fields = fields.map_err(refuse)?;
        if fields.text("csrf") != Some(&session.csrf) {
            return Err(refuse(stale_form()));
        }
        request = Request::from_parts(parts, Body::empty());
        request.extensions_mut().insert(fields);
    }
    request.extensions_mut().insert(session);
    Ok(request)
}

/// Reads a form, as browsers send it with and without files.
pub(crate) async fn read_fields(headers: &HeaderMap, bytes: Bytes) -> Result<Fields, Problem> {
    if !is_multipart(headers) {
        return Ok(read_pairs(&bytes));
    }
    // The caller has bounded the bytes already.
    let limit = bytes.len();
    read_parts(headers, Body::from(bytes), limit, None).await
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

fn read_pairs(bytes: &[u8]) -> Fields {
    let text = String::from_utf8_lossy(bytes);
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    let fields = text.split('&').filter(|p| !p.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Field { name: decode(name), file: None, bytes: decode(value).into() }
    });
    Fields(fields.collect())
}

/// Reads a form with files as it comes in, up to `limit` bytes; little of it before it has shown `csrf`, where that is asked.
async fn read_parts(headers: &HeaderMap, body: Body, limit: usize, csrf: Option<&str>) -> Result<Fields, Problem> {
    let mut request = Request::new(body);
    *request.headers_mut() = headers.clone();
    DefaultBodyLimit::max(limit).apply(&mut request);
    let broken = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::bad_request(format!("the form cannot be read: {error}")),
    };
    let no_form = |e: MultipartRejection| Problem::bad_request(format!("the form cannot be read: {e}"));
    let mut multipart = Multipart::from_request(request, &()).await.map_err(no_form)?;
    let (mut fields, mut read, mut is_told) = (Vec::new(), 0, csrf.is_none());
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        let (name, file) = (field.name().unwrap_or("").to_owned(), field.file_name().map(str::to_owned));
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            read += chunk.len();
            if !is_told && read > UNTOLD {
                return Err(stale_form());
            }
            bytes.extend_from_slice(&chunk);
        }
        is_told |= name == "csrf" && csrf.map(str::as_bytes) == Some(&bytes[..]);
        fields.push(Field { name, file, bytes: bytes.into() });
    }
    Ok(Fields(fields))
}

fn too_large() -> Problem {
    Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE, "")
}

#[derive(Debug, Clone)]
struct AllowedOrigin(HeaderValue);

fn allowed_origin(request: &Request) -> Option<HeaderValue> {
    request.extensions().get::<AllowedOrigin>().map(|o| o.0.clone())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ').unwrap_or((value, ""));
    // A scheme that is not ours is a key that is not one, not a missing key.
    Some(if scheme.eq_ignore_ascii_case("bearer") { secret.trim() } else { "" })
}

/// Whether a page of this origin may ask at all: some live publishable key names it. Asked before a key is sent.
pub(crate) async fn preflight(server: &Server, headers: &HeaderMap) -> Result<Response, Problem> {
    let refused = || Problem::new(StatusCode::FORBIDDEN, Code::OriginNotAllowed, "no key may be used from this page");
    let origin = headers.get(header::ORIGIN).ok_or_else(refused)?;
    let now = server.app.now();
    for organisation in server.app.organisations().await? {
        for key in server.app.keys(organisation.id).await? {
            let live = key.revoked.is_none_or(|at| at > now);
            if let KeyKind::Publishable { origins } = &key.kind
                && live
                && origins.iter().any(|o| o.as_bytes() == origin.as_bytes())
            {
                let headers = [
                    (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
                    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST")),
                    (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type")),
                    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
                    (header::VARY, HeaderValue::from_static("origin")),
                ];
                return Ok((StatusCode::NO_CONTENT, headers).into_response());
            }
        }
    }
    Err(refused())
}

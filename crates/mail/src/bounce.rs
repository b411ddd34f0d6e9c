//! What comes back: delivery status notifications (RFC 3464).

use crate::MessageId;

/// The largest notification that is read. Servers send back the headers or at most our own letter.
pub const BOUNCE_BYTES: usize = 1 << 20;

/// A letter did not arrive, or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Which letter, if the notification holds its headers and the id is one that we could have given. Anybody can write
    /// a notification: it says something about a letter only if that letter was sent.
    pub message_id: Option<MessageId>,
    /// Whether it would not arrive the next time either: delivery failed with a status of class 5.
    pub permanent: bool,
    /// The status, `5.1.1` (RFC 3463).
    pub status: String,
}

/// Reads `raw` as a delivery status notification about a letter that failed or is delayed; `None` for anything else:
/// another mail, news that a letter arrived, more than [`BOUNCE_BYTES`].
pub fn parse_bounce(raw: &[u8]) -> Option<Bounce> {
    if raw.len() > BOUNCE_BYTES {
        return None;
    }
    // Every header and the status are ASCII; what is not cannot be what we look for.
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    let (head, body) = split(&text);
    let kind = field(head, "content-type")?;
    if media_type(&kind) != "multipart/report" {
        return None;
    }
    let (mut status, mut message_id) = (None, None);
    for part in parts(body, &parameter(&kind, "boundary")?) {
        let (head, body) = split(part);
        match media_type(&field(head, "content-type").unwrap_or_default()).as_str() {
            "message/delivery-status" | "message/global-delivery-status" if status.is_none() => {
                status = failed(body);
            }
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers"
                if message_id.is_none() =>
            {
                message_id = field(split(body).0, "message-id")
                    .and_then(|id| MessageId::new(id.trim().trim_start_matches('<').trim_end_matches('>')).ok());
            }
            _ => {}
        }
    }
    let (permanent, status) = status?;
    Some(Bounce { message_id, permanent, status })
}

/// The first recipient for whom delivery failed or is delayed: whether for good, and the status.
fn failed(body: &str) -> Option<(bool, String)> {
    body.split("\n\n").find_map(|recipient| {
        let action = field(recipient, "action")?.to_ascii_lowercase();
        let action = action.split_whitespace().next()?;
        let status = field(recipient, "status")?;
        let status = status.split_whitespace().next().filter(|s| is_status(s))?;
        match action {
            "failed" => Some((status.starts_with('5'), status.to_owned())),
            "delayed" => Some((false, status.to_owned())),
            _ => None,
        }
    })
}

/// `4.d.d` or `5.d.d`, up to three digits each.
fn is_status(text: &str) -> bool {
    let mut numbers = text.split('.');
    let class = numbers.next();
    let rest: Vec<&str> = numbers.collect();
    matches!(class, Some("4" | "5"))
        && rest.len() == 2
        && rest.iter().all(|n| (1..=3).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The headers and what follows their blank line. A part may begin with that line.
fn split(text: &str) -> (&str, &str) {
    match text.strip_prefix('\n') {
        Some(body) => ("", body),
        None => text.split_once("\n\n").unwrap_or((text, "")),
    }
}

/// The value of the first header called `name`, its folded lines joined.
fn field(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines();
    let first = lines.by_ref().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim_end().eq_ignore_ascii_case(name).then_some(value)
    })?;
    let mut value = first.trim().to_owned();
    for line in lines.take_while(|line| line.starts_with([' ', '\t'])) {
        value.push(' ');
        value.push_str(line.trim());
    }
    Some(value)
}

/// `multipart/report` of `Multipart/Report; boundary=…`.
fn media_type(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The parameter `name` of a `Content-Type`, with or without quotes; never empty.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then(|| value.to_owned())
    })
}

/// What stands between the lines `--boundary`, up to `--boundary--` or the end.
fn parts<'a>(body: &'a str, boundary: &str) -> Vec<&'a str> {
    let delimiter = format!("--{boundary}");
    let (mut parts, mut start, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix(&delimiter)
            && matches!(rest.trim_end(), "" | "--")
        {
            parts.extend(start.map(|start| &body[start..at]));
            start = Some(at + line.len());
            if rest.starts_with("--") {
                return parts;
            }
        }
        at += line.len();
    }
    parts.extend(start.map(|start| &body[start..]));
    parts
}

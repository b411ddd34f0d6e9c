//! Reads back what was sent: headers unfolded and decoded (RFC 2047), parts decoded (RFC 2045).

use base64::{Engine, engine::general_purpose::STANDARD};

/// A letter as the recipient's program sees it.
pub(crate) struct Read {
    /// Names in lower case, values decoded.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) plain: String,
    pub(crate) html: String,
}

impl Read {
    /// The only value of the header `name`.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let first = values.next();
        assert_eq!(values.next(), None, "`{name}` stands twice");
        first
    }
}

pub(crate) fn read(raw: &[u8]) -> Read {
    assert!(raw.is_ascii(), "a letter is ASCII on the wire");
    let raw = std::str::from_utf8(raw).expect("ASCII");
    assert!(!raw.replace("\r\n", "").contains(['\r', '\n']), "lines end with CRLF");
    assert!(raw.lines().all(|l| l.len() <= 998), "no line is longer than the protocol allows");
    let (head, body) = raw.split_once("\r\n\r\n").expect("headers and a body");
    let headers = headers(head);
    let kind = &headers.iter().find(|(n, _)| n == "content-type").expect("a type").1;
    let boundary = kind.split("boundary=\"").nth(1).and_then(|b| b.split('"').next()).expect("a boundary");
    let parts: Vec<String> =
        body.split(&format!("--{boundary}")).skip(1).take(2).map(|p| part(p.trim_start_matches("\r\n"))).collect();
    Read { headers, plain: parts[0].clone(), html: parts[1].clone() }
}

fn part(raw: &str) -> String {
    let (head, body) = raw.split_once("\r\n\r\n").expect("headers and a body");
    let body = body.strip_suffix("\r\n").expect("the line break before the boundary");
    let headers = headers(head);
    let encoding = &headers.iter().find(|(n, _)| n == "content-transfer-encoding").expect("an encoding").1;
    let bytes = match encoding.as_str() {
        "base64" => STANDARD.decode(body.replace("\r\n", "")).expect("base64"),
        "quoted-printable" => {
            quoted_printable::decode(body, quoted_printable::ParseMode::Strict).expect("quoted-printable")
        }
        "7bit" => body.as_bytes().to_vec(),
        other => panic!("`{other}` is not an encoding for letters"),
    };
    String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n").trim_end_matches('\n').to_owned() + "\n"
}

fn headers(head: &str) -> Vec<(String, String)> {
    head.replace("\r\n ", " ")
        .lines()
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a header");
            (name.to_ascii_lowercase(), words(value))
        })
        .collect()
}

/// Decodes encoded words; white space between two of them goes.
fn words(value: &str) -> String {
    let value = value.replace("?= =?", "?==?");
    let (mut out, mut rest) = (Vec::new(), value.as_str());
    while let Some((before, word)) = rest.split_once("=?utf-8?b?") {
        let (word, after) = word.split_once("?=").expect("the end of a word");
        out.extend_from_slice(before.as_bytes());
        out.extend(STANDARD.decode(word).expect("base64"));
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).expect("UTF-8")
}

//! Delivery status notifications, good and bad.

use proptest::prelude::*;
use vestry_mail::{BOUNCE_BYTES, Bounce, MessageId, parse_bounce};

fn notification(action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mail.example\r\nTo: shop@shop.example\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"4D5E.17/mail.example\"\r\n\r\n\
         This is a MIME-encapsulated message.\r\n\r\n\
         --4D5E.17/mail.example\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry. Status: 2.0.0\r\n\r\n\
         --4D5E.17/mail.example\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mail.example\r\n\r\nFinal-Recipient: rfc822; mina@example.com\r\n\
         Original-Recipient: rfc822;mina@example.com\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 <mina@example.com>:\r\n    unknown\r\n\r\n\
         --4D5E.17/mail.example\r\nContent-Type: message/rfc822\r\n\r\n\
         From: shop@shop.example\r\nSubject: x\r\nMessage-ID:\r\n <0190-ab@shop.example>\r\n\r\nbody\r\n\r\n\
         --4D5E.17/mail.example--\r\n"
    )
}

#[track_caller]
fn check(action: &str, status: &str, expected: Option<(bool, &str)>) {
    let expected = expected.map(|(permanent, status)| Bounce {
        message_id: MessageId::new("0190-ab@shop.example").ok(),
        permanent,
        status: status.to_owned(),
    });
    let raw = notification(action, status);
    assert_eq!(parse_bounce(raw.as_bytes()), expected);
    assert_eq!(parse_bounce(raw.replace("\r\n", "\n").as_bytes()), expected, "with bare line feeds");
}

#[test]
fn notifications_are_read() {
    check("failed", "5.1.1", Some((true, "5.1.1")));
    check("Failed", "5.7.26 (policy)", Some((true, "5.7.26")));
    check("failed", "4.4.7", Some((false, "4.4.7")));
    check("delayed", "4.4.1", Some((false, "4.4.1")));
    check("delivered", "2.0.0", None);
    check("relayed", "2.0.0", None);
    check("failed", "5", None);
    check("failed", "5.1.1.1", None);
    check("failed", "5.1000.1", None);
    check("failed", "six", None);
}

#[test]
fn a_notification_may_lack_the_letter_or_hold_its_headers_only() {
    let whole = notification("failed", "5.1.1");
    let headers = whole.replace("message/rfc822", "text/rfc822-headers");
    assert!(parse_bounce(headers.as_bytes()).expect("a bounce").message_id.is_some());
    let foreign = whole.replace("<0190-ab@shop.example>", "<'; drop@x y>");
    assert_eq!(parse_bounce(foreign.as_bytes()).expect("a bounce").message_id, None);
    let cut = whole.split("Content-Type: message/rfc822").next().expect("the first parts");
    assert_eq!(parse_bounce(cut.as_bytes()).expect("a bounce").message_id, None);
}

#[test]
fn other_mail_is_no_bounce() {
    let whole = notification("failed", "5.1.1");
    assert_eq!(parse_bounce(b""), None);
    assert_eq!(parse_bounce(b"Subject: hello\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"), None);
    assert_eq!(parse_bounce(whole.replace("multipart/report", "multipart/mixed").as_bytes()), None);
    assert_eq!(parse_bounce(whole.replace("message/delivery-status", "text/plain").as_bytes()), None);
    assert_eq!(parse_bounce(whole.replace("boundary=", "border=").as_bytes()), None);
    let long = whole + &"x".repeat(BOUNCE_BYTES);
    assert_eq!(parse_bounce(long.as_bytes()), None);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(raw in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert_eq!(parse_bounce(&raw), None);
    }

    #[test]
    fn a_damaged_notification_is_survived(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<Vec<u8>>()), 1..6),
    ) {
        let mut raw = notification("failed", "5.1.1").into_bytes();
        for (from, to, with) in cuts {
            let (from, to) = (from.index(raw.len() + 1), to.index(raw.len() + 1));
            raw.splice(from.min(to)..from.max(to), with);
        }
        if let Some(bounce) = parse_bounce(&raw) {
            prop_assert!(bounce.status.len() <= 9);
        }
    }
}

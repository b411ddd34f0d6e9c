//! Every letter in both languages.

use crate::{address, link, service};
use jiff::civil::date;
use vestry_mail::{Kept, Language, Letter, Service};

/// As `vestry audit head` prints one.
const HEAD: &str = "2ccd876969844706a0978e0678b7d3a2 12 2ccd876969844706a0978e0678b7d3a2 1795000000000000 0f0f";
const URL: &str = "https://shop.example/go?token=abc&kind=1";

/// Each letter with what has to stand in it in Korean, and in English where that differs.
fn samples() -> Vec<(Letter, Vec<(&'static str, &'static str)>)> {
    let (day, shown) = (date(2026, 12, 9), ("2026년 12월 9일", "9 December 2026"));
    let same = |text: &'static str| (text, text);
    let when = day.at(14, 5, 0, 0).in_tz("Asia/Seoul").expect("a zone");
    let moment = ("2026년 12월 9일 오후 2시 5분 (KST)", "9 December 2026, 14:05 (KST)");
    let kept = |items: &str, why: &str| Kept { items: items.into(), why: why.into(), until: Some(day) };
    let invitation = |inviter: Option<&str>| Letter::Invitation {
        organisation: "Mina & Co".into(),
        inviter_name: inviter.map(str::to_owned),
        role: "editor".into(),
        link: link(URL),
        last_day: day,
    };
    vec![
        (Letter::VerifyMail { link: link(URL) }, vec![same(URL)]),
        (Letter::KnownAlready { link: link(URL) }, vec![same(URL)]),
        (Letter::ResetPassword { link: link(URL) }, vec![same(URL)]),
        (
            Letter::MailChangedTo { address: address("mina@new.example"), link: link(URL) },
            vec![same("m…@new.example"), same(URL)],
        ),
        (
            Letter::NewDevice { device: "Firefox, Linux".into(), when: when.clone() },
            vec![same("Firefox, Linux"), moment],
        ),
        (Letter::NewPasskey { passkey: "Mina, phone".into(), when: when.clone() }, vec![same("Mina, phone"), moment]),
        (
            Letter::GuardianAsked { organisation: "Kids & Co".into(), link: link(URL), last_day: day },
            vec![same("Kids & Co"), same(URL), shown],
        ),
        (Letter::GuardianDone, vec![("철회", "withdrawn")]),
        (Letter::AskOwnConsent { link: link(URL) }, vec![same(URL)]),
        (Letter::ConsentReminder { given: day, link: link(URL) }, vec![same(URL), ("철회", "withdraw")]),
        (Letter::ConsentResult { agreed: true, at: when.clone() }, vec![("동의하신 것으로", "you agreed")]),
        (Letter::ConsentResult { agreed: false, at: when }, vec![("철회하신 것으로", "you withdrew")]),
        (
            Letter::DormancyNotice {
                separates_on: day,
                items: vec!["name".into(), "mail address".into()],
                link: link(URL),
            },
            vec![shown, same("name"), same("mail address"), same(URL)],
        ),
        (
            Letter::AccountLeft { kept: vec![kept("orders", "Act A, article 6"), kept("visits", "Act B, article 15")] },
            vec![
                ("orders: Act A, article 6, 2026년 12월 9일까지", "orders: Act A, article 6, until 9 December 2026"),
                ("visits: Act B, article 15, 2026년 12월 9일까지", "visits: Act B, article 15, until 9 December 2026"),
            ],
        ),
        (Letter::AccountLeft { kept: Vec::new() }, vec![("모두 파기", "all of your")]),
        (
            Letter::PolicyChanges { version: "2026-2".into(), effective: day, link: link(URL) },
            vec![same("2026-2"), shown, same(URL)],
        ),
        (
            Letter::TransferNotice { transferee: "Newcomer Ltd".into(), date: day, link: link(URL) },
            vec![same("Newcomer Ltd"), shown, same(URL)],
        ),
        (invitation(Some("Jun")), vec![same("Jun"), same("Mina & Co"), same("editor"), same(URL), shown]),
        (invitation(None), vec![same("Mina & Co"), same("editor"), same(URL), shown]),
        (Letter::StaffInvitation { link: link(URL) }, vec![same(URL), ("담당자", "staff")]),
        (Letter::AuditHead { head: HEAD.into(), day }, vec![same(HEAD), shown]),
        (marketing("Spring", "Coats are here."), vec![same("Coats are here."), same(URL), same("free|무료")]),
    ]
    .into_iter()
    .chain(samples_of_the_desk())
    .collect()
}

/// Those of the privacy office's desk.
fn samples_of_the_desk() -> Vec<(Letter, Vec<(&'static str, &'static str)>)> {
    let (day, shown) = (date(2026, 12, 9), ("2026년 12월 9일", "9 December 2026"));
    let same = |text: &'static str| (text, text);
    let kept = |items: &str, why: &str| Kept { items: items.into(), why: why.into(), until: Some(day) };
    vec![
        (Letter::RequestReceived { number: "R-17".into(), last_day: day }, vec![same("R-17"), shown]),
        (
            Letter::RequestPartly { text: "First.".into(), kept: vec![kept("orders", "Act A, article 6")] },
            vec![
                same("First."),
                ("orders: Act A, article 6, 2026년 12월 9일까지", "orders: Act A, article 6, until 9 December 2026"),
            ],
        ),
        (
            Letter::RequestPartly { text: "First.".into(), kept: vec![Kept { until: None, ..kept("orders", "") }] },
            vec![("orders: 관련된 일이 끝날 때까지", "orders: until the case that needs it is closed")],
        ),
        (Letter::RequestPartly { text: "First.".into(), kept: Vec::new() }, vec![same("First."), ("일부", "A part")]),
        (Letter::RequestRefused { text: "Somebody else asked.".into() }, vec![same("Somebody else asked.")]),
        (
            Letter::Banned { text: "Other people's data.".into(), until: day, link: link(URL) },
            vec![same("Other people"), shown, same(URL)],
        ),
        (Letter::BanLifted { text: "It was a mistake.".into() }, vec![same("It was a mistake.")]),
        (Letter::RequestAnswer { text: "First.\n\nSecond.".into() }, vec![same("First."), same("Second.")]),
        (Letter::ComplaintReceived { number: "C-17".into() }, vec![same("C-17")]),
        (Letter::ComplaintAnswered { text: "Done.".into() }, vec![same("Done.")]),
    ]
}

fn marketing(subject: &str, body: &str) -> Letter {
    Letter::Marketing { subject: subject.into(), body: body.into(), unsubscribe: link(URL) }
}

/// What `text` becomes in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

#[test]
fn every_letter_says_everything_in_both_languages() {
    for (letter, parts) in samples() {
        for language in [Language::Korean, Language::English] {
            let text = letter.write(language, &service());
            let shown = format!("{letter:?} in {language:?}:\n{}\n{}\n{}", text.subject, text.plain, text.html);
            for part in parts.iter().map(|(ko, en)| if language == Language::Korean { ko } else { en }) {
                // `free|무료` stands for two words, one of each language.
                for part in part.split('|') {
                    assert!(text.plain.contains(part), "`{part}` is missing in {shown}");
                    assert!(text.html.contains(&escaped(part)), "`{part}` is missing in the HTML of {shown}");
                }
            }
            for part in ["옷장", "02-123-4567", "help@shop.example", "세종대로 110"] {
                assert!(text.plain.contains(part) && text.html.contains(part), "`{part}` is missing in {shown}");
            }
            for whole in [&text.subject, &text.plain, &text.html] {
                assert!(!whole.contains("{$") && !whole.contains("{ $"), "a raw value in {shown}");
                assert!(!whole.contains("Unknown localization"), "no words for {shown}");
            }
            for particle in ["(를)", "(가)", "(는)", "(으)", "(와)"] {
                assert!(!text.plain.contains(particle), "a particle that depends on a value in {shown}");
            }
            assert!(!text.subject.is_empty() && !text.subject.contains('\n'), "{shown}");
            assert!(text.html.contains(&format!("<html lang=\"{}\">", language.code())), "{shown}");
            let body = text.plain.replace("옷장", "");
            let body = body.split("-- ").next().unwrap_or_default();
            assert_eq!(is_korean(body), language == Language::Korean || letter.is_marketing(), "{shown}");
        }
    }
}

#[test]
fn a_letter_ends_with_what_there_is_of_phone_and_address() {
    let bare = Service { phone: String::new(), address: String::new(), ..service() };
    for (language, footer) in [
        (Language::Korean, "\n\n-- \n옷장\n전자우편 help@shop.example\n"),
        (Language::English, "\n\n-- \n옷장\nMail help@shop.example\n"),
    ] {
        let text = Letter::GuardianDone.write(language, &bare);
        assert!(text.plain.ends_with(footer), "{}", text.plain);
    }
}

#[test]
fn every_letter_has_a_sample_and_a_name_of_its_own() {
    let mut names: Vec<_> = samples().iter().map(|(letter, _)| letter.name()).collect();
    names.dedup();
    assert_eq!(names.len(), 27);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 27);
}

#[test]
fn ordinary_letters_are_friendly_and_the_privacy_office_is_formal() {
    for (letter, _) in samples() {
        let text = letter.write(Language::Korean, &service());
        let body = text.plain.split("-- ").next().unwrap_or_default();
        let friendly = [
            "verify-mail",
            "known-already",
            "reset-password",
            "mail-changed",
            "new-device",
            "new-passkey",
            "invitation",
            "staff-invitation",
        ]
        .contains(&letter.name())
            || letter.is_marketing();
        assert_eq!(body.contains("니다."), !friendly, "{}", text.plain);
        assert_eq!(body.contains("요."), friendly, "{}", text.plain);
    }
}

#[test]
fn a_letter_is_paragraphs() {
    let text = Letter::DormancyNotice {
        separates_on: date(2026, 3, 1),
        items: vec!["이름".into(), "메일 주소".into()],
        link: link(URL),
    }
    .write(Language::Korean, &service());
    assert_eq!(text.subject, "옷장 개인정보를 분리보관할 예정입니다");
    assert_eq!(
        text.plain,
        "오랫동안 옷장 서비스를 이용하지 않으셨습니다. 2026년 3월 1일에 다음 개인정보를 다른 개인정보와 분리하여 보관합니다.\n\n\
         - 이름\n- 메일 주소\n\n\
         계속 이용하시려면 그 전에 아래에서 로그인하시기 바랍니다.\n\n\
         https://shop.example/go?token=abc&kind=1\n\n\
         -- \n옷장\n서울시 중구 세종대로 110\n전화 02-123-4567, 전자우편 help@shop.example\n"
    );
    assert!(text.html.contains("<ul>\n<li>이름</li>\n<li>메일 주소</li>\n</ul>"), "{}", text.html);
    let anchor =
        "<p><a href=\"https://shop.example/go?token=abc&amp;kind=1\" style=\"font-weight:bold\">계속 이용하기</a></p>";
    assert!(text.html.contains(anchor), "{}", text.html);
}

#[test]
fn advertising_is_marked_and_can_be_refused() {
    for (letter, _) in samples() {
        assert_eq!(letter.is_marketing(), letter.name() == "marketing");
        for language in [Language::Korean, Language::English] {
            let text = letter.write(language, &service());
            assert_eq!(text.subject.starts_with("(광고) "), letter.is_marketing(), "{}", text.subject);
        }
    }
    let text = marketing("봄옷", "새로 왔어요.").write(Language::Korean, &service());
    assert_eq!(text.subject, "(광고) 봄옷");
    for part in ["거부할 수 있어요", "unsubscribe", "수신 거부 (Unsubscribe)"] {
        assert!(text.html.contains(part), "{}", text.html);
    }
}

#[test]
fn values_cannot_become_html_headers_or_words_of_ours() {
    let evil = "<script>alert('x')</script>\r\nBcc: a@b.example { $link }";
    let letters = [
        Letter::Invitation {
            organisation: evil.into(),
            inviter_name: Some(evil.into()),
            role: evil.into(),
            link: link(URL),
            last_day: date(2026, 1, 1),
        },
        Letter::DormancyNotice { separates_on: date(2026, 1, 1), items: vec![evil.into()], link: link(URL) },
        Letter::RequestAnswer { text: evil.into() },
        marketing(evil, evil),
    ];
    for letter in letters {
        for language in [Language::Korean, Language::English] {
            let text = letter.write(language, &service());
            assert!(!text.html.contains("<script"), "{}", text.html);
            assert!(text.html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), "{}", text.html);
            assert!(!text.subject.contains(['\r', '\n']), "{:?}", text.subject);
            assert!(!text.plain.contains('\r'), "{:?}", text.plain);
            assert!(text.plain.contains("{ $link }"), "a value is not a template: {}", text.plain);
        }
    }
}

#[test]
fn nothing_of_a_letter_is_in_its_debug_output() {
    for (letter, _) in samples() {
        assert_eq!(format!("{letter:?}"), format!("[{} letter]", letter.name()));
        assert_eq!(format!("{:?}", letter.write(Language::Korean, &service())), "[text of a letter]");
    }
}

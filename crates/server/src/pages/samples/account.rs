//! Samples of the pages of accounts and of the privacy office.

use super::{frame, pick};
use crate::{
    pages::*,
    words::{Language, Words},
};

fn field(name: &str, kind: &'static str, label: &str) -> FieldView {
    FieldView {
        name: name.into(),
        kind,
        autocomplete: "off",
        label: label.into(),
        value: String::new(),
        hint: String::new(),
        required: true,
        wrong: name == "mobile",
    }
}

fn join(language: Language, theme: Theme) -> FormPage {
    let words = Words(language);
    let mobile = pick(language, "핸드폰 번호", "mobile number");
    FormPage {
        frame: super::public_frame(language, theme, Offer::Choice),
        title: words.t("join"),
        lead: vec![words.t("join-lead")],
        problem: Some(words.a("field-unusable", mobile)),
        qr: None,
        shown: Vec::new(),
        action: "/join".into(),
        hidden: vec![("invitation", String::new())],
        fields: vec![
            field("email", "email", &words.t("mail")),
            FieldView { hint: words.t("password-hint"), ..field("password", "password", &words.t("password")) },
            field("mobile", "tel", mobile),
            field("terms", "checkbox", &words.t("join-terms")),
            FieldView { required: false, ..field("agree-marketing", "checkbox", &words.a("join-agree", "…")) },
        ],
        button: words.t("join-button"),
        instead: Some(("refuse", words.t("guardian-refuse"))),
        passkey: None,
        links: vec![LinkView { href: "/sign-in".into(), text: words.t("have-account") }],
    }
}

fn sign_in(language: Language, theme: Theme) -> FormPage {
    let words = Words(language);
    FormPage {
        title: words.t("sign-in"),
        lead: vec![words.t("sign-in-cookie")],
        problem: Some(words.t("passkey-wrong")),
        action: "/sign-in".into(),
        hidden: vec![("next", "/catalogue".into())],
        fields: vec![field("email", "email", &words.t("mail")), field("password", "password", &words.t("password"))],
        button: words.t("sign-in"),
        passkey: Some(PasskeyDoor { origin: "https://vestry.shop.example".into(), next: "/catalogue".into() }),
        links: vec![LinkView { href: "/password".into(), text: words.t("password-lost") }],
        ..join(language, theme)
    }
}

fn passkeys(language: Language, theme: Theme, is_asked: bool) -> PasskeysPage {
    let words = Words(language);
    let row = |id: &str, name: &str, used: String| PasskeyRow {
        id: id.repeat(8),
        name: name.into(),
        made: "2026-11-02 09:00".into(),
        used,
    };
    let asked = is_asked.then(|| PasskeyAskedView {
        challenge: "vch_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".into(),
        options: "{\"challenge\":\"AAEC\"}".into(),
        name: "Chrome, Android".into(),
    });
    PasskeysPage {
        frame: super::frame(language, theme, "me"),
        rows: vec![
            row("0f", pick(language, "휴대폰", "Phone"), "2026-11-23 20:11".into()),
            row("1f", pick(language, "보안 키", "Security key"), words.t("passkey-unused")),
        ],
        has_second: true,
        said: asked.is_none().then(|| words.t("passkey-made")),
        problem: asked.is_none().then(|| words.t("passkey-not-made")),
        asked,
        origin: "https://vestry.shop.example".into(),
    }
}

fn session(id: &str, begun: &str, used: &str, is_this: bool) -> SessionLine {
    SessionLine { id: id.repeat(8), begun: begun.into(), used: used.into(), is_this }
}

fn me(language: Language, theme: Theme) -> MePage {
    let words = Words(language);
    let line = |ko: &str, en: &str, value: &str, stays, correct: Option<&str>| HeldLine {
        name: pick(language, ko, en).into(),
        value: value.into(),
        purposes: pick(language, "서비스 제공, 회원 관리", "the service, membership").into(),
        basis: words.t("basis-contract"),
        goes: if stays { words.a("me-goes-after", "2027-11-26") } else { words.t("me-goes-leaving") },
        stays,
        correct: correct.map(Into::into),
    };
    MePage {
        waits: false,
        frame: frame(language, theme, "me"),
        summary: format!("{} {}", words.n("me-held", 9_u64), words.n("me-goes", 6_u64)),
        groups: vec![HeldGroup {
            name: pick(language, "회원 정보", "member information").into(),
            is_apart: false,
            lines: vec![
                line("이메일 주소", "e-mail address", "member@shop.example", true, None),
                line("성명", "name", "김하나", true, Some("name")),
                line("비밀번호(해시)", "password (hash)", &words.t("masked"), false, None),
            ],
        }],
        consents: vec![ConsentRow {
            purpose: "marketing".into(),
            text: pick(language, "마케팅: 새 서비스를 알립니다.", "marketing: news of services").into(),
            given: false,
            gives: true,
            taken_back: Some("2026-11-23 20:11".into()),
        }],
        sessions: vec![
            session("0f", "2026-11-23 20:11", "2026-11-23 20:15", true),
            session("1f", "2026-11-20 09:11", "2026-11-21 10:15", false),
        ],
        looks: vec![LookLine {
            at: "2026-11-23 20:11".into(),
            who: words.t("reader-staff"),
            purpose: pick(language, "권리 보장", "rights").into(),
            reason: "request-2031".into(),
        }],
        returned: Some(words.a("me-returned", "2026-11-23 20:11")),
        rights: vec![OptionView { id: "access".into(), name: pick(language, "열람", "see what is held").into() }],
        asked: String::new(),
        has_passkeys: true,
        dormancy: Some(dormancy(&words)),
        objected: false,
        agreed: vec![AgreedLine {
            at: "2026-11-20 09:11".into(),
            what: pick(language, "마케팅", "marketing").into(),
            how: words.a("me-agreed-in", "2019-08-01"),
        }],
        copy: CopyView {
            base: "/me/export".into(),
            said: Some(words.a("copy-ready", "2026-11-26 20:11")),
            is_ready: true,
        },
        said: Some(words.t("me-corrected")),
        problem: None,
    }
}

fn stays(language: Language) -> Vec<CertificateLine> {
    vec![CertificateLine {
        what: pick(language, "카드번호, 결제 승인번호", "card number, approval number").into(),
        why: pick(language, "대금 결제와 공급을 증명하기 위해", "to prove payment and supply").into(),
        until: Words(language).a("me-goes-after", "2031-11-23"),
    }]
}

fn office(language: Language, theme: Theme, section: &'static str) -> OfficeFrame {
    OfficeFrame {
        words: Words(language),
        theme,
        section,
        role: "officer",
        csrf: "0f".repeat(16),
        here: "/office".into(),
        unkept: false,
    }
}

fn board(language: Language, theme: Theme) -> BoardPage {
    let words = Words(language);
    let figure =
        |name: String, count: &str, is_bad| Figure { name, count: count.into(), href: "#holds".into(), is_bad };
    BoardPage {
        frame: office(language, theme, "board"),
        figures: vec![
            figure(words.t("board-due"), "12", false),
            figure(words.t("board-overdue"), "1", true),
            figure(words.t("board-separate"), "3", false),
        ],
        alerts: vec![words.t("board-sweep-overdue")],
        last: "2026-11-22".into(),
        head_size: "1,284".into(),
        head_at: "2026-11-23 20:11".into(),
        holds: vec![HoldLine {
            subject: "0f".repeat(16),
            reason: "court-2031".into(),
            placed: "2026-11-23 20:11".into(),
        }],
        certificates: vec![CertificateRow {
            entry: 1201,
            at: "2026-11-22 00:10".into(),
            destroyed: 12,
            separated: 3,
            state: "final",
        }],
        waiting: words.n("board-letters-wait", 2_u64),
        in_folder: true,
    }
}

fn found(language: Language, theme: Theme) -> FoundPage {
    let words = Words(language);
    FoundPage {
        frame: office(language, theme, "people"),
        person: "0f".repeat(16),
        purpose: "rights".into(),
        purpose_name: pick(language, "권리 보장", "rights").into(),
        reason: "request-2031".into(),
        used: String::new(),
        may_act: true,
        is_open: false,
        records: vec![FoundRecord {
            id: "1f".repeat(16),
            class: pick(language, "회원 정보", "member information").into(),
            is_apart: false,
            is_held: true,
            events: String::new(),
            items: vec![FoundItem {
                name: pick(language, "핸드폰 번호", "mobile number").into(),
                value: words.t("masked"),
                until: "–".into(),
            }],
        }],
        said: Some(words.t("people-held")),
    }
}

/// What members and guardians see of themselves, and what is left of it afterwards.
fn own(
    language: Language,
    theme: Theme,
    render: &impl Fn(&dyn askama::DynTemplate) -> String,
) -> Vec<(&'static str, String)> {
    let words = Words(language);
    let lines = vec![(pick(language, "파기", "Destroyed"), "account 3 · security 2".to_owned())];
    let left = LeftPage {
        words,
        theme,
        title: words.t("left"),
        stays: stays(language),
        certificate: Some((1201, lines.clone())),
        later: None,
    };
    let later = LeftPage {
        words,
        theme,
        title: words.t("guardian-ended"),
        stays: stays(language),
        certificate: None,
        later: Some(LinkView {
            href: "/certificates/1201.2026-12-26.0f".into(),
            text: words.a("left-link", "2026-12-26"),
        }),
    };
    let MePage { groups, consents, agreed, looks, copy, .. } = me(language, theme);
    let held = vec![(pick(language, "마케팅", "marketing").to_owned(), words.t("copy-not-given"))];
    let copied = CopyPage { words, groups: groups.clone(), consents: held, looks: looks.clone() };
    let security = |offered, codes| SecurityPage {
        frame: super::frame(language, theme, "me"),
        offered,
        left: 9,
        codes,
        said: Some(words.t("second-done")),
        problem: None,
    };
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let offered = security(Some((secret.to_owned(), QrView::of(secret))), Vec::new());
    let codes = security(None, vec!["1040-G208-1040-G208".into(); 10]);
    let child = GuardianOfPage {
        words,
        theme,
        other: "/guardian/vml_0f?lang=en".into(),
        action: "/guardian/x".into(),
        groups,
        consents,
        agreed,
        looks,
        copy,
        dormancy: Some(dormancy(&words)),
        stays: stays(language),
        said: None,
        problem: Some(words.t("guardian-sure")),
    };
    vec![
        ("guardian", render(&child)),
        ("me", render(&me(language, theme))),
        ("certificate", render(&CertificatePage { frame: office(language, theme, "sweep"), lines, entry: 1201 })),
        ("copy", render(&copied)),
        ("second", render(&offered)),
        ("second-codes", render(&codes)),
        ("sign-in-passkey", render(&sign_in(language, theme))),
        ("passkeys", render(&passkeys(language, theme, false))),
        ("passkey-asked", render(&passkeys(language, theme, true))),
        ("left", render(&left)),
        ("left-later", render(&later)),
    ]
}

fn case_row(language: Language, is_overdue: bool) -> CaseRow {
    let words = Words(language);
    let left = if is_overdue { words.n("desk-overdue-by", 2_u64) } else { words.n("desk-left", 3_u64) };
    CaseRow {
        id: "0f".repeat(16),
        number: "0f0f0f0f".into(),
        kind: words.t("desk-request"),
        step: words.t("step-checked"),
        received: "2026-11-23 20:11".into(),
        due: "2026-11-28".into(),
        left,
        is_overdue,
    }
}

fn desk(language: Language, theme: Theme) -> DeskPage {
    let words = Words(language);
    let proposal = |is_own| ProposalRow {
        id: "0f".repeat(16),
        act: words.t("two-hold-released"),
        about: "1f".repeat(16),
        reason: "court-2031".into(),
        made: "2026-11-23 20:11".into(),
        is_own,
    };
    DeskPage {
        frame: office(language, theme, "desk"),
        open: vec![case_row(language, true), case_row(language, false)],
        closed: vec![case_row(language, false)],
        proposals: vec![proposal(true), proposal(false)],
        rights: vec![OptionView { id: "deletion".into(), name: pick(language, "삭제", "delete it").into() }],
        may_act: true,
        form: CaseForm::default(),
        problem: Some(words.t("people-nobody")),
    }
}

fn case(language: Language, theme: Theme) -> CasePage {
    let words = Words(language);
    CasePage {
        frame: office(language, theme, "desk"),
        row: case_row(language, false),
        right: pick(language, "삭제", "delete it").into(),
        asks_for: "deletion".into(),
        channel: words.t("channel-phone"),
        person: "1f".repeat(16),
        is_member: true,
        is_ban: false,
        is_request: true,
        asked: pick(language, "제 정보를 모두 지워 주세요.", "Please erase everything about me.").into(),
        contact: "member@shop.example".into(),
        note: words.t("masked"),
        masks: true,
        checked: Some(format!("{} · {}", words.t("check-call-back"), words.t("desk-you"))),
        decision: None,
        reason: String::new(),
        stays: Vec::new(),
        entry: None,
        answer: None,
        told: None,
        checks: Vec::new(),
        choices: Vec::new(),
        may_check: false,
        may_carry_out: true,
        may_refuse: true,
        may_answer: false,
        may_reopen: false,
        exports: false,
        typed: CaseTyped::default(),
        run: Some(RunView {
            mark: "0f".repeat(8),
            shown: String::new(),
            goes: pick(language, "성명, 핸드폰 번호", "name, mobile number").into(),
            stays: stays(language),
        }),
        problem: None,
    }
}

fn sessions(language: Language, theme: Theme) -> StaffSessionsPage {
    let other = session("1f", "2026-11-23 08:02", "2026-11-23 09:11", false);
    let this = session("0f", "2026-11-23 09:12", "2026-11-23 09:40", true);
    StaffSessionsPage { frame: office(language, theme, "sessions"), sessions: vec![this, other] }
}

/// Every page's name and its text.
pub(super) fn all(
    language: Language,
    theme: Theme,
    render: impl Fn(&dyn askama::DynTemplate) -> String,
) -> Vec<(&'static str, String)> {
    let words = Words(language);
    let frame = frame(language, theme, "me");
    let purposes = vec![OptionView { id: "rights".into(), name: pick(language, "권리 보장", "rights").into() }];
    let team = TeamPage {
        frame: frame.clone(),
        colleagues: vec![ColleagueLine {
            id: "0f".repeat(16),
            name: "김하나".into(),
            mail: "member@shop.example".into(),
            role: "owner",
            is_you: true,
        }],
        by_key: false,
        said: None,
        problem: Some(words.t("team-last-owner")),
    };
    let plan = PlanPage {
        visitors: words.n("sweep-visitors", 37u64),
        frame: office(language, theme, "sweep"),
        day: "2026-11-23".into(),
        total: 1,
        lines: vec![PlanLine {
            does: words.t("plan-destroy"),
            kind: pick(language, "회원 정보", "member information").into(),
            items: pick(language, "핸드폰 번호", "mobile number").into(),
            whom: "0f".repeat(16),
            when: words.a("me-goes-by", "2026-11-28"),
            why: words.a("plan-since", "2026-11-23"),
        }],
        hash: "0f".repeat(32),
        may_sweep: true,
        problem: None,
    };
    let staff = StaffPage {
        frame: office(language, theme, "staff"),
        staff: vec![StaffLine {
            id: "0f".repeat(16),
            name: "이두리".into(),
            role: "officer",
            password: words.t("staff-not-enrolled"),
            trained: vec!["2026-11-02 ISMS".into()],
            is_you: false,
        }],
        today: "2026-11-23".into(),
        link: Some("http://127.0.0.1:8080/office/enrol/vml_…".into()),
        problem: None,
    };
    let mut all = own(language, theme, &render);
    all.extend([
        ("join", render(&join(language, theme))),
        ("leave", render(&leave(frame, language))),
        ("team", render(&team)),
        ("board", render(&board(language, theme))),
        ("plan", render(&plan)),
        ("people", render(&PeoplePage { frame: office(language, theme, "people"), purposes, problem: None })),
        ("found", render(&found(language, theme))),
        ("staff", render(&staff)),
        ("staff-sessions", render(&sessions(language, theme))),
        ("desk", render(&desk(language, theme))),
        ("case", render(&case(language, theme))),
    ]);
    all.extend(told(language, theme, &render));
    all
}

/// The versions of the policy, and a draft.
fn drafted(language: Language, theme: Theme) -> OfficePolicyPage {
    let words = Words(language);
    let change = super::changes(language, theme).changes.pop().expect("a change");
    let draft = DraftView {
        version: "2027-01-01".into(),
        from: "2027-01-01".into(),
        hash: "0f".repeat(32),
        before: "2019-08-01".into(),
        changes: vec![change],
        refused: None,
    };
    let posted = PostedLine {
        version: "2019-08-01".into(),
        from: "2019-08-01".into(),
        state: words.t("policy-in-force"),
        href: "/policy/2019-08-01".into(),
    };
    OfficePolicyPage {
        frame: office(language, theme, "policy"),
        versions: vec![posted],
        draft: Some(draft),
        text: "[policy]".into(),
        earliest: "2026-12-01".into(),
        may_post: true,
        problem: None,
    }
}

/// What is told to all, and what members are asked.
fn told(
    language: Language,
    theme: Theme,
    render: &impl Fn(&dyn askama::DynTemplate) -> String,
) -> Vec<(&'static str, String)> {
    let words = Words(language);
    let agree = AgreePage {
        frame: frame(language, theme, "me"),
        of_age: true,
        boxes: vec![ConsentBox { name: "marketing".into(), text: pick(language, "마케팅", "marketing").into() }],
        next: "/catalogue".into(),
    };
    let transferee = pick(language, "새봄(주)", "Saebom Co.").to_owned();
    let terms = TermsPage {
        frame: super::public_frame(language, theme, Offer::Nothing),
        paragraphs: vec![pick(language, "1. 계정은 회원 본인만 씁니다.", "1. Your account is yours alone.").into()],
        digest: "0f".repeat(32),
    };
    let notice = NoticePage {
        frame: super::public_frame(language, theme, Offer::Nothing),
        transferee: transferee.clone(),
        contact: "privacy@saebom.example".into(),
        says: pick(language, "모든 정보를 넘깁니다.", "All of it is transferred.").into(),
        day: "2027-01-31".into(),
        posted: "2026-11-23 20:11".into(),
        done: Some("2027-01-31 09:00".into()),
    };
    let line = NoticeLine {
        id: "0f".repeat(16),
        kind: words.t("notice-transfer"),
        what: transferee,
        href: "/notices/0f".into(),
        made: "2026-11-23 20:11".into(),
        told: words.number(1_204_u64),
        sent: words.number(1_203_u64),
        failed: words.number(1_u64),
        standing: words.a("transfer-posted", "2026-12-25"),
        may_end: true,
    };
    let notices = NoticesPage {
        frame: office(language, theme, "notices"),
        lines: vec![line],
        agreed: 310,
        transfer_days: 30,
        may_give: true,
        typed: TypedNotice::default(),
        problem: Some(words.a("field-missing", &words.t("subject"))),
    };
    vec![
        ("agree", render(&agree)),
        ("terms", render(&terms)),
        ("notice", render(&notice)),
        ("notices", render(&notices)),
        ("office-policy", render(&drafted(language, theme))),
    ]
}

fn leave(frame: Frame, language: Language) -> LeavePage {
    let alone = Some(Words(language).n("leave-last-owner", 3_usize));
    LeavePage { frame, stays: stays(language), alone, problem: None }
}

fn dormancy(words: &Words) -> DormancyView {
    let choices = [2_u64, 3].map(|years| (format!("{years} years"), words.n("me-years", years))).into();
    DormancyView { choices, chosen: String::new() }
}

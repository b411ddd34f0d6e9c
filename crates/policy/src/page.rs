//! The public policy page, from the file that is enforced: our own sentences, and tables that cannot differ from what
//! a sweep does. Plain data; who shows it chooses the form.

use crate::{
    Basis, Change, Clock, Collected, Event, Item, ItemId, Language, LawfulUse, Period, Policy, Purpose, Retention,
    Shown, Words,
};
use std::fmt::Write;

/// The page in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Version, first day, who answers, and the SHA-256 of the enforced file.
    pub facts: Vec<(String, String)>,
    /// Its sections, in the order of the document.
    pub sections: Vec<Section>,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its id, such as `4.na.visit`; an anchor for links.
    pub clause: String,
    /// Its heading; a section without one goes on with the one before.
    pub heading: Option<String>,
    /// What it says.
    pub says: Option<String>,
    /// What is listed under it.
    pub tables: Vec<Table>,
}

/// A list with headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Headings of the columns.
    pub head: Vec<String>,
    /// Rows, each as long as `head`.
    pub rows: Vec<Vec<String>>,
}

/// What one version says of something that another says differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it is called.
    pub name: String,
    /// The rest of its line in the page's table, each cell under its heading.
    pub says: Vec<(String, String)>,
}

impl Policy {
    /// What this version says of what `change` names; `None` where it has no such thing.
    pub fn tells(&self, change: &Change, language: Language) -> Option<Told> {
        let write = Writer { policy: self, language };
        let (head, name, mut row) = match change {
            Change::PurposeAdded(id) | Change::PurposeRemoved(id) => {
                let row = write.purpose(self.purpose(self.purpose_named(id)?));
                (PURPOSES, 0, row)
            }
            Change::ItemAdded(id) | Change::ItemRemoved(id) | Change::ItemChanged(id) => {
                let id = self.item_named(id)?;
                (ITEMS, 1, write.item(id, self.item(id)))
            }
            Change::RetentionAdded(id) | Change::RetentionRemoved(id) | Change::RetentionChanged(id) => {
                (RETENTIONS, 0, write.retention(self.retentions().find(|(_, r)| r.id == *id)?.1))
            }
            Change::Regime => return None,
        };
        let mut head = write.head(head);
        head.remove(name);
        let name = row.remove(name);
        Some(Told { name, says: head.into_iter().zip(row).collect() })
    }

    /// The public page in `language`.
    pub fn page(&self, language: Language) -> Page {
        let write = Writer { policy: self, language };
        let title = write.pick("개인정보 처리방침", "Privacy policy");
        let hash = self.hash().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let facts = vec![
            (write.pick("운영자", "Controller"), self.controller.get(language).into()),
            (write.pick("판", "Version"), self.version.clone()),
            (write.pick("시행일", "In force from"), self.effective.to_string()),
            (write.pick("적용 파일 SHA-256", "SHA-256 of the enforced file"), hash),
        ];
        let section = |clause: &crate::Clause| Section {
            clause: clause.id.clone(),
            heading: clause.heading.as_ref().map(|words| write.words(words)),
            says: clause.says.as_ref().map(|words| write.words(words)),
            tables: clause.shows.iter().map(|shown| write.table(*shown)).collect(),
        };
        Page { title, facts, sections: self.clauses.iter().map(section).collect() }
    }
}

impl Page {
    /// The page as Markdown, as `vestry policy show` prints it.
    pub fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n", self.title);
        for (name, value) in &self.facts {
            let _ = writeln!(out, "- {name}: {value}");
        }
        for section in &self.sections {
            if let Some(heading) = &section.heading {
                let _ = write!(out, "\n## {heading}\n");
            }
            if let Some(says) = &section.says {
                let _ = write!(out, "\n{says}\n");
            }
            for table in &section.tables {
                let _ = write!(out, "\n| {} |\n|{}\n", table.head.join(" | "), "---|".repeat(table.head.len()));
                for row in &table.rows {
                    let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
                    let _ = writeln!(out, "| {} |", cells.join(" | "));
                }
            }
        }
        out
    }
}

type Head = &'static [(&'static str, &'static str)];

const PURPOSES: Head = &[("목적", "Purpose"), ("내용", "What it is"), ("근거", "Basis")];
const ITEMS: Head =
    &[("수집 시점", "When"), ("항목", "Item"), ("구분", "Needed"), ("목적", "Purposes"), ("보유", "Until")];
const RETENTIONS: Head =
    &[("기록", "Record"), ("이유", "Why"), ("근거", "Basis"), ("기간", "Period"), ("그동안의 쓰임", "Meanwhile for")];

/// Writes in one language.
#[derive(Clone, Copy)]
struct Writer<'p> {
    policy: &'p Policy,
    language: Language,
}

impl Writer<'_> {
    fn pick(self, ko: &str, en: &str) -> String {
        match self.language {
            Language::Korean => ko.into(),
            Language::English => en.into(),
        }
    }

    fn words(self, words: &Words) -> String {
        words.get(self.language).into()
    }

    fn head(self, columns: &[(&str, &str)]) -> Vec<String> {
        columns.iter().map(|(ko, en)| self.pick(ko, en)).collect()
    }

    fn table(self, shown: Shown) -> Table {
        let (head, rows): (Head, Vec<Vec<String>>) = match shown {
            Shown::Purposes => (PURPOSES, self.policy.purposes().map(|(_, p)| self.purpose(p)).collect()),
            Shown::Items => (ITEMS, self.items()),
            Shown::Retention => (RETENTIONS, self.policy.retentions().map(|(_, r)| self.retention(r)).collect()),
            Shown::Processors => (&[("수탁자", "Processor"), ("업무", "Work"), ("항목", "Items")], self.processors()),
            Shown::Partners => (
                &[
                    ("받는 자", "Partner"),
                    ("목적", "Purpose"),
                    ("항목", "Items"),
                    ("기간", "Until"),
                    ("보호", "Protection"),
                ],
                self.partners(),
            ),
            Shown::Rights => (&[("권리", "Right"), ("답하는 기한", "Answered within")], self.rights()),
            Shown::Cookies => (
                &[("쿠키", "Cookie"), ("하는 일", "What it does"), ("선택", "Choice"), ("기간", "Until")],
                self.cookies(),
            ),
            Shown::Office => {
                (&[("담당", "Officer"), ("연락처", "Contact"), ("답하는 기한", "Answered within")], self.office())
            }
            Shown::Bodies => (&[("기관", "Body outside"), ("연락처", "Contact")], self.bodies()),
        };
        let head = self.head(head);
        let none = || {
            vec![
                head.iter()
                    .enumerate()
                    .map(|(at, _)| if at == 0 { self.pick("없음", "none") } else { "–".into() })
                    .collect(),
            ]
        };
        let rows = if rows.is_empty() { none() } else { rows };
        Table { head, rows }
    }

    fn purpose(self, p: &Purpose) -> Vec<String> {
        vec![self.words(&p.name), self.words(&p.says), self.basis(p.basis)]
    }

    fn items(self) -> Vec<Vec<String>> {
        let mut items: Vec<_> = self.policy.items().collect();
        // By when they come in; the order of the file within.
        items.sort_by_key(|(_, item)| item.collected as u8);
        items.into_iter().map(|(id, item)| self.item(id, item)).collect()
    }

    fn item(self, id: ItemId, item: &Item) -> Vec<String> {
        let purposes: Vec<String> = item.purposes.iter().map(|p| self.words(&self.policy.purpose(p).name)).collect();
        let needed = if item.required { self.pick("필수", "required") } else { self.pick("선택", "optional") };
        let held = self.policy.retentions().filter(|(_, r)| r.items.contains(id)).map(|(_, r)| self.clock(r));
        let mut held: Vec<String> = held.collect();
        if held.is_empty() {
            held.push(self.pick("목적을 이루면 지체 없이 파기", "destroyed without delay when its purpose is met"));
        }
        vec![self.collected(item.collected), self.words(&item.name), needed, purposes.join(", "), held.join(" · ")]
    }

    fn retention(self, r: &Retention) -> Vec<String> {
        let basis = match &r.law {
            Some(law) => self.words(law),
            None => self.basis(r.basis),
        };
        let uses: Vec<String> = r.serves.iter().map(|serves| self.lawful_use(*serves)).collect();
        let name = self.words(&self.policy.class(r.class).name);
        vec![name, self.words(&r.why), basis, self.clock(r), uses.join(", ")]
    }

    fn named_items(self, names: &[String]) -> String {
        let name = |id: &String| self.policy.item_named(id).map(|id| self.words(&self.policy.item(id).name));
        names.iter().filter_map(name).collect::<Vec<_>>().join(", ")
    }

    fn processors(self) -> Vec<Vec<String>> {
        let row = |p: &crate::Processor| vec![self.words(&p.name), self.words(&p.business), self.named_items(&p.items)];
        self.policy.processors.iter().map(row).collect()
    }

    fn partners(self) -> Vec<Vec<String>> {
        let row = |p: &crate::Partner| {
            let items = self.named_items(&p.items);
            vec![self.words(&p.name), self.words(&p.purpose), items, self.period(p.keep), self.words(&p.protection)]
        };
        self.policy.partners.iter().map(row).collect()
    }

    fn rights(self) -> Vec<Vec<String>> {
        let row = |r: &crate::Right| {
            let within = r.within.map_or_else(|| self.pick("지체 없이", "without delay"), |period| self.period(period));
            vec![self.words(&r.name), within]
        };
        self.policy.rights.iter().map(row).collect()
    }

    fn cookies(self) -> Vec<Vec<String>> {
        let row = |c: &crate::Cookie| {
            let choice = if c.essential {
                self.pick("꼭 필요", "essential")
            } else {
                self.pick("동의하면", "when agreed")
            };
            let keep = c
                .keep
                .map_or_else(|| self.pick("브라우저를 닫을 때까지", "until the browser closes"), |p| self.period(p));
            vec![c.id.clone(), self.words(&c.says), choice, keep]
        };
        self.policy.cookies.iter().map(row).collect()
    }

    fn office(self) -> Vec<Vec<String>> {
        let office = &self.policy.office;
        let contact = if office.contact.is_empty() { "–".into() } else { office.contact.clone() };
        vec![vec![self.words(&office.officer), contact, self.period(office.answer_within)]]
    }

    fn bodies(self) -> Vec<Vec<String>> {
        self.policy.office.bodies.iter().map(|body| vec![self.words(&body.name), body.contact.clone()]).collect()
    }

    fn basis(self, basis: Basis) -> String {
        match basis {
            Basis::Statute => self.pick("법령", "statute"),
            Basis::Consent => self.pick("동의", "consent"),
            Basis::Contract => self.pick("계약", "contract"),
            Basis::Internal => self.pick("내부 방침", "own rule"),
        }
    }

    fn collected(self, collected: Collected) -> String {
        match collected {
            Collected::SignUp => self.pick("가입", "sign-up"),
            Collected::Use => self.pick("이용", "use"),
            Collected::Payment => self.pick("결제", "payment"),
            Collected::Guardian => self.pick("법정대리인", "guardian"),
            Collected::Office => self.pick("문의", "privacy office"),
            Collected::Staff => self.pick("취급자", "staff"),
        }
    }

    fn lawful_use(self, serves: LawfulUse) -> String {
        match serves {
            LawfulUse::Statute => self.pick("그 법령", "its statute"),
            LawfulUse::RejoinCheck => self.pick("재가입 확인", "telling a re-join"),
            LawfulUse::Improvement => {
                self.pick("가명으로 알고리즘 개선", "improving the algorithms, under a pseudonym")
            }
            LawfulUse::Dispute => self.pick("분쟁 해결", "disputes"),
            LawfulUse::LawfulRequest => self.pick("적법한 요청", "lawful requests"),
            LawfulUse::Proof => self.pick("증명", "proof"),
            LawfulUse::Return => self.pick("복귀", "coming back"),
        }
    }

    fn period(self, period: Period) -> String {
        match self.language {
            Language::Korean => period.korean(),
            Language::English => period.to_string(),
        }
    }

    /// `5 years from payment or supply, whichever is later`.
    fn clock(self, retention: &Retention) -> String {
        let (events, keep) = self.policy.starts(retention);
        let names: Vec<String> = events.iter().map(|event| self.event(*event)).collect();
        let start = match (names.as_slice(), self.language) {
            ([one], _) => one.clone(),
            (several, Language::Korean) => format!("{} 가운데 늦은 날", several.join(", ")),
            (several, Language::English) => format!("the later of {}", several.join(" and ")),
        };
        let until = match (keep, self.language) {
            (Some(keep), Language::Korean) => format!("{start}부터 {}", keep.korean()),
            (Some(keep), Language::English) => format!("{keep} from {start}"),
            (None, Language::Korean) => format!("{start}까지"),
            (None, Language::English) => format!("until {start}"),
        };
        match &retention.clock {
            Clock::Starts { .. } => until,
            Clock::EndsWith(other) => {
                let other = self.words(&self.policy.class(self.policy.retention(*other).class).name);
                self.pick(&format!("{other}와 함께: {until}"), &format!("with {other}: {until}"))
            }
        }
    }

    fn event(self, event: Event) -> String {
        match event {
            Event::Made => self.pick("기록한 날", "the record's making"),
            Event::Withdrawal => self.pick("탈퇴", "withdrawal"),
            Event::Visit => self.pick("방문", "the visit"),
            Event::Payment => self.pick("결제", "payment"),
            Event::Supply => self.pick("공급", "supply"),
            Event::ContractEnd => self.pick("계약 종료", "the contract's end"),
            Event::Cancellation => self.pick("철회", "its cancellation"),
            Event::Closed => self.pick("처리 완료", "the closing of the case"),
            Event::BlockEnd => self.pick("차단 종료", "the end of the block"),
            Event::OfAge => self.pick("14세 생일", "the fourteenth birthday"),
            Event::Asked => self.pick("동의를 구한 날", "asking the guardian"),
            Event::Sent => self.pick("발송", "sending"),
            Event::Left => self.pick("업무 종료", "leaving the task"),
            Event::Trained => self.pick("교육", "the training"),
            Event::Due => self.pick("답변 기한", "the day it is due"),
            Event::Checked => self.pick("본인 확인", "the identity check"),
            Event::Decided => self.pick("처리 결정", "the decision"),
            Event::Reopened => self.pick("재개", "the reopening"),
        }
    }
}

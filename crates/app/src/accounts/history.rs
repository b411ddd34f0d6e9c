//! A history for the demo's people: made as they would make it, by the calls behind pages and forms, at the time it is.

use super::{
    AccountError, Channel, Deed, DemoPeople, Device, LogIn, MARKETING, NewCase, Outcome,
    showing::{EDITOR, LEAVER, OWNER, VIEWER},
};
use crate::{
    App, AppError, Asked, Both, DraftError, Happened, Leaving, MAX_EVENTS, NewEvent, Privacy, PrivacyError,
    SearchInput, demo,
};
use jiff::{SignedDuration, ToSpan};
use std::collections::HashMap;
use vestry_drawings::Drawing;
use vestry_mail::Language;
use vestry_model::{AttributeId, OrganisationId, Sku, VisitorName};
use vestry_policy::{BUILTIN, CaseKind, Event};
use vestry_vault::{HoldSubject, PersonId, Personal, Reader, ReasonCode, RecordId, VaultError};

/// Of so many drawings one is answered in the review.
const ANSWERED: usize = 4;

/// For how long the policy keeps records of use; a draft says three years instead.
const USE_KEPT: &str = "keep = \"5 years\"\nthen = \"destroy\"\nserves = [\"improvement\"]";

/// Why the demo has no history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The catalogue.
    #[error(transparent)]
    App(#[from] AppError),
    /// Accounts and the office.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The draft of a policy.
    #[error(transparent)]
    Draft(#[from] DraftError),
}

impl From<PrivacyError> for HistoryError {
    fn from(error: PrivacyError) -> Self {
        Self::Account(error.into())
    }
}

impl From<VaultError> for HistoryError {
    fn from(error: VaultError) -> Self {
        Self::Account(error.into())
    }
}

impl App {
    /// Has the demo's people sign in, search, teach, leave, ask and answer. `drawings` say what is right.
    pub async fn demo_history(
        &self,
        privacy: &Privacy,
        organisation: OrganisationId,
        people: &DemoPeople,
        drawings: &[Drawing],
    ) -> Result<(), HistoryError> {
        self.members_search(privacy, organisation, people).await?;
        self.members_teach(privacy, organisation, drawings).await?;
        self.visitors_come(organisation, drawings).await?;
        let leaver = privacy.demo_person(LEAVER).await?;
        privacy.leave(leaver, &Personal::new(people.password.to_string()), Leaving::Withdrawn).await?;
        privacy.members_decide().await?;
        privacy.office_answers(people).await?;
        privacy.office_announces().await
    }

    /// Visitors who look at what they like and take some of it along.
    async fn visitors_come(&self, organisation: OrganisationId, drawings: &[Drawing]) -> Result<(), HistoryError> {
        let now = self.now();
        let event = |visit: demo::Visit| {
            let visitor = VisitorName::new(&format!("demo-visitor-{}", visit.visitor)).ok()?;
            let (kind, search) = (visit.kind, None);
            let sku = Sku::new(&drawings[visit.drawing].sku).ok()?;
            let at = now.checked_sub(SignedDuration::from_hours(24 * visit.days_ago as i64)).ok();
            Some(NewEvent { visitor, what: Happened::Did { kind, sku, search }, at })
        };
        let visits = demo::visits(drawings).into_iter();
        let events: Vec<NewEvent> = visits.filter_map(event).collect();
        for events in events.chunks(MAX_EVENTS) {
            self.take_events(organisation, events).await?;
        }
        Ok(self.put_counts(&demo::searches(organisation, self.policy().local(now).date())).await?)
    }

    async fn members_search(
        &self,
        privacy: &Privacy,
        organisation: OrganisationId,
        people: &DemoPeople,
    ) -> Result<(), HistoryError> {
        for (mail, browser, words) in [
            (OWNER, "Firefox, Linux", "검정 원피스"),
            (EDITOR, "Safari, macOS", "줄무늬 니트"),
            (VIEWER, "Chrome, Android", "빨간 치마"),
            (LEAVER, "Edge, Windows", "데님 팬츠"),
        ] {
            let device = Device { network: "192.0.2.1".into(), name: browser.into(), language: Language::Korean };
            let password = Personal::new(people.password.to_string());
            privacy.log_in(&LogIn { mail: Personal::new(mail.into()), password, code: None, device }).await?;
            self.search(organisation, SearchInput { words: Some(words.into()), ..SearchInput::default() }).await?;
            privacy.note_search(privacy.demo_person(mail).await?, words, false);
        }
        privacy.write_searches().await?;
        Ok(())
    }

    /// Three members take turns at the review; the last answer is taken back.
    async fn members_teach(
        &self,
        privacy: &Privacy,
        organisation: OrganisationId,
        drawings: &[Drawing],
    ) -> Result<(), HistoryError> {
        let category = AttributeId::new("category").expect("a name of the taxonomy");
        let shown: HashMap<&str, &Drawing> = drawings.iter().map(|drawing| (drawing.sku.as_str(), drawing)).collect();
        let mut names = Vec::new();
        for mail in [OWNER, EDITOR, LEAVER] {
            names.push(privacy.pseudonym(privacy.demo_person(mail).await?));
        }
        let mut last = None;
        for turn in 0..drawings.len() / ANSWERED {
            let Some(question) = self.review_question(organisation, Some(&category), None).await? else { break };
            let who = &names[turn % names.len()];
            let place = question.place;
            let right = shown.get(question.view.product.product.sku.as_str()).map(|drawing| &drawing.labels.category);
            let asked = Asked { product: place.product, attribute: place.attribute, value: place.value };
            last = self.review(organisation, who, &[asked], right).await?.map(|step| (who, step.id));
        }
        if let Some((who, id)) = last {
            self.undo_review(organisation, who, id).await?;
        }
        Ok(())
    }
}

impl Privacy {
    async fn demo_person(&self, mail: &str) -> Result<PersonId, AccountError> {
        self.vault().find(&Personal::new(mail.to_owned())).await?.ok_or(AccountError::Wrong)
    }

    /// One agrees to advertising, one changes their mind, one asks for a copy of their data.
    async fn members_decide(&self) -> Result<(), HistoryError> {
        let policy = self.policy();
        if let Some(marketing) = policy.purpose_named(MARKETING) {
            let text = &policy.purpose(marketing).says.ko;
            let (owner, editor) = (self.demo_person(OWNER).await?, self.demo_person(EDITOR).await?);
            self.give_consent(owner, marketing, text).await?;
            self.give_consent(editor, marketing, text).await?;
            self.take_back_consent(editor, marketing).await?;
        }
        let owner = self.demo_person(OWNER).await?;
        Ok(self.ask_export(owner, Reader::Themselves(owner)).await?)
    }

    /// Cases at each step: come in, checked, decided, answered, refused, one of them late. And a hold.
    async fn office_answers(&self, people: &DemoPeople) -> Result<(), HistoryError> {
        let korean = Language::Korean;
        let says = |words: &str| Personal::new(words.to_owned());
        let officer = self.vault().find_staff(&says(people.officer.mail)).await?.ok_or(AccountError::Wrong)?;
        let (owner, editor, viewer) =
            (self.demo_person(OWNER).await?, self.demo_person(EDITOR).await?, self.demo_person(VIEWER).await?);
        let come_in = |right: Option<&str>, about, channel, contact, words| NewCase {
            kind: if right.is_some() { CaseKind::Request } else { CaseKind::Complaint },
            right: right.map(str::to_owned),
            about,
            channel,
            contact: says(contact),
            words: says(words),
            language: korean,
        };
        self.open_case(&come_in(None, None, Channel::Phone, "02-123-4567", "상담 전화를 받지 않습니다.")).await?;
        self.ask_office(editor, Some("access"), says("보관 중인 제 정보를 알려 주세요."), korean).await?;
        let forgotten = self.ask_office(viewer, Some("access"), says("제 정보를 누가 봤나요?"), korean).await?;
        self.came_in_three_weeks_ago(forgotten).await?;
        let late = self.ask_office(owner, None, says("배송이 늦었어요."), korean).await?;
        self.decide_complaint(late, officer, Outcome::Done, "배송비를 돌려드립니다.").await?;

        let title = come_in(Some("correction"), Some(viewer), Channel::Mail, "", "직책이 바뀌었습니다. 대리입니다.");
        let title = self.open_case(&title).await?;
        self.check_identity(title, officer, "call-back", &says("등록된 번호로 확인")).await?;
        let deed = Deed::Correct { item: "title".into(), value: says("대리") };
        self.carry_out_request(title, officer, &deed, "").await?;
        self.answer_case(title, officer, "직책을 고쳤습니다.").await?;

        let stranger =
            come_in(Some("deletion"), None, Channel::Mail, "somebody@demo.example", "제 정보를 지워 주세요.");
        let stranger = self.open_case(&stranger).await?;
        self.refuse_request(stranger, officer, "보관 중인 정보가 없습니다.").await?;
        self.answer_case(stranger, officer, "보관 중인 정보가 없어 지울 것이 없습니다.").await?;

        let reason: ReasonCode = "lawsuit-1".parse().map_err(PrivacyError::from)?;
        self.vault().hold(HoldSubject::Person(viewer), &reason, self.now()).await?;
        let today = self.policy().local(self.now()).date();
        Ok(self.note_training(officer, "개인정보 보호 교육", today).await?)
    }

    /// What nobody answered in time; a demo is younger than that.
    async fn came_in_three_weeks_ago(&self, case: RecordId) -> Result<(), HistoryError> {
        let (policy, then) = (self.policy(), self.now() - SignedDuration::from_hours(21 * 24));
        let due =
            policy.answer_by(Some("access"), then).map_err(|_| AccountError::Unusable { item: "right".into() })?;
        for (event, at) in [(Event::Made, then), (Event::Checked, then), (Event::Due, policy.first_moment(due))] {
            self.vault().put_event(policy, case, event, Some(at)).await?;
        }
        Ok(())
    }

    /// An advertisement to those who agreed, and the next version of the policy as a draft.
    async fn office_announces(&self) -> Result<(), HistoryError> {
        let both = |ko: &str, en: &str| Both { ko: ko.into(), en: en.into() };
        let text = both("겨울 상품을 20% 할인합니다.", "Winter clothes are 20% off.");
        self.advertise(&both("겨울 할인", "Winter sale"), &text).await?;
        let earliest = self.earliest_effective();
        let first_day = earliest.checked_add(1.week()).unwrap_or(earliest);
        let now = &self.policy().version;
        let draft = BUILTIN
            .replace(&format!("version = \"{now}\""), &format!("version = \"{first_day}\""))
            .replace(&format!("effective = {now}"), &format!("effective = {first_day}"))
            .replace(USE_KEPT, &USE_KEPT.replace('5', "3"));
        Ok(self.put_draft(&draft).await?)
    }
}

//! What to ask of the privacy office.

use super::{Ask, Caller, Login, OWNER, Town, quoted, quoted_until};
use crate::it::{
    accounts::{PASSWORD, code},
    harness::Answer,
};
use vestry_app::{Language, NewStaff, Personal, Role};
use vestry_server::Line;

impl Town {
    async fn post_as(&self, caller: Caller, path: &str, fields: &[(&str, &str)]) -> Answer {
        let Login { cookie, csrf } = &self.sessions[&caller];
        self.house.form(cookie, path, &[&[("csrf", csrf.as_str())], fields].concat()).await
    }

    pub(super) async fn about(&self, caller: Caller, mail: &str, act: &str) -> Answer {
        let fields = [
            ("who", mail),
            ("purpose", "rights"),
            ("reason", "misuse-1"),
            ("act", act),
            ("words", "Misuse."),
            ("language", "en"),
        ];
        self.post_as(caller, "/office/people", &fields).await
    }

    /// A request to see everything, at the desk.
    async fn case(&self) -> String {
        let fields =
            [("kind", "request"), ("right", "access"), ("channel", "mail"), ("who", OWNER), ("words", "Canary.")];
        let taken = self.post_as(Caller::Officer, "/office/desk", &fields).await;
        assert!(taken.header("location").starts_with("/office/desk/"), "{}", taken.text());
        taken.header("location").to_owned()
    }

    /// One that was carried out.
    async fn seen_case(&self) -> String {
        let case = self.case().await;
        self.post_as(Caller::Officer, &case, &[("act", "check"), ("how", "mail-back")]).await;
        let plan = self.post_as(Caller::Officer, &case, &[("act", "plan")]).await.text();
        let mark = quoted(&plan, "name=\"plan\" value=\"");
        self.post_as(Caller::Officer, &case, &[("act", "carry-out"), ("plan", &mark)]).await;
        case
    }

    /// A release that another officer asked for.
    async fn proposal(&self) -> String {
        let (mail, _) = self.colleague().await;
        let second = self.fresh(Caller::Officer).await;
        for act in ["hold", "release"] {
            let fields = [("csrf", second.csrf.as_str()), ("who", &mail), ("purpose", "rights"), ("reason", "court-1")];
            self.house.form(&second.cookie, "/office/people", &[&fields[..], &[("act", act)]].concat()).await;
        }
        quoted(
            &self.house.page(&self.sessions[&Caller::Officer].cookie, "/office/desk").await.text(),
            "action=\"/office/proposals/",
        )
    }

    async fn add_staff(&self) -> (String, String) {
        let mail = self.mail();
        let new = NewStaff {
            mail: Personal::new(mail.clone()),
            name: Personal::new("이두리".to_owned()),
            role: Role::Auditor,
            language: Language::English,
        };
        let (_, token) = self.house.privacy().add_staff(&new).await.expect("added");
        (mail, token.as_str().to_owned())
    }

    /// What enrols somebody.
    async fn enrolment(&self, token: &str) -> [(&'static str, String); 2] {
        let page = self.house.page("", &format!("/office/enrol/{token}")).await.text();
        let secret = quoted_until(&page, "class=\"secret\">", '<');
        [("password", PASSWORD.to_owned()), ("code", code(&self.house, &secret))]
    }

    /// What signs somebody of the staff in, once.
    async fn staff_sign_in(&self) -> [(&'static str, String); 3] {
        let (mail, token) = self.add_staff().await;
        let [password, code] = self.enrolment(&token).await;
        let fields = [(password.0, password.1.as_str()), (code.0, code.1.as_str())];
        let page = self.house.form("", &format!("/office/enrol/{token}"), &fields).await.text();
        [("email", mail), password, ("code", quoted_until(&page, "class=\"secret\">", '<'))]
    }

    pub(super) async fn ask_office(&self, line: &Line, path: &str, caller: Caller) -> Ask {
        let with = |path: &str, fields: &[(&'static str, String)]| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Ask::of(path, &fields)
        };
        let text = crate::it::notices::next_version();
        match (line.method.as_str(), path) {
            ("POST", "/office/sign-in") => with(path, &self.staff_sign_in().await),
            (_, "/office/enrol/{token}") => {
                let (_, token) = self.add_staff().await;
                let fields = self.enrolment(&token).await;
                Ask { token: Some(token.clone()), ..with(&path.replace("{token}", &token), &fields) }
            }
            ("POST", "/office/password") => {
                let sign_in = self.staff_sign_in().await;
                crate::it::harness::pass(200 * 86_400);
                let fields: Vec<_> = sign_in.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let page = self.house.form("", "/office/sign-in", &fields).await.text();
                let token = quoted(&page, "name=\"token\" value=\"");
                let fields = [("token", token.as_str()), ("password", "eight tailors under two lamps")];
                Ask { token: Some(token.clone()), ..Ask::of(path, &fields) }
            }
            ("POST", "/office/sessions") => {
                let who = self.fresh(caller).await;
                let token = who.cookie.split_once('=').expect("a cookie").1;
                let (privacy, elsewhere) = (self.house.privacy(), [9; 32]);
                let visitor = privacy.visitor(token).await.expect("asked").expect("a session");
                let begun = privacy.vault().begin_session(&elsewhere, visitor.person, privacy.now()).await;
                begun.expect("signed in elsewhere too");
                Ask { who: Some(who), ..Ask::of(path, &[("session", "0909090909090909")]) }
            }
            ("POST", "/office/sweep") => {
                let privacy = self.house.privacy();
                Ask::of(path, &[("day", &privacy.policy().local(privacy.now()).date().to_string())])
            }
            ("GET", "/office/policy/preview") => {
                self.house.privacy().put_draft(&text).await.expect("kept");
                Ask::of(path, &[])
            }
            ("POST", "/office/policy") => Ask::of(path, &[("act", "draft"), ("text", &format!("{text}\n"))]),
            ("POST", "/office/notices") => Ask::of(
                path,
                &[
                    ("act", "advertise"),
                    ("subject-ko", "봄 옷"),
                    ("subject-en", "Spring clothes"),
                    ("ko", "새 옷이 왔어요."),
                    ("en", "New clothes are here."),
                    ("sure", "yes"),
                ],
            ),
            ("POST", "/office/desk") => {
                Ask::of(path, &[("kind", "complaint"), ("channel", "phone"), ("words", "Nobody answers.")])
            }
            ("POST", "/office/desk/{id}") => {
                Ask::of(self.case().await, &[("act", "check"), ("how", "call-back"), ("note", "canary")])
            }
            ("GET", "/office/desk/{id}") => Ask::of(self.case().await, &[]),
            ("GET", "/office/desk/{id}/export") => Ask::of(format!("{}/export", self.seen_case().await), &[]),
            ("POST", "/office/proposals/{id}") => {
                Ask::of(path.replace("{id}", &self.proposal().await), &[("act", "approve")])
            }
            ("POST", "/office/people") => {
                Ask::of(path, &[("who", OWNER), ("purpose", "rights"), ("reason", "request-1")])
            }
            ("POST", "/office/staff") => {
                Ask::of(path, &[("act", "add"), ("email", &self.mail()), ("name", "김"), ("role", "auditor")])
            }
            (_, path) => Ask::of(path.replace("{entry}", &self.entry.to_string()), &[]),
        }
    }
}

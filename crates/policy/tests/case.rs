//! The office's cases: deadlines by regime, steps in their order.

use vestry_policy::{BUILTIN, BUILTIN_FILE, Case, CaseAct, CaseError, CaseKind, CaseStep, Event, Policy, Timer};

fn later() -> Policy {
    let text = include_str!("../../../policy/kr-2023-09-15.toml");
    Policy::read(text, "policy/kr-2023-09-15.toml").expect("the later policy")
}

fn client() -> Policy {
    Policy::read(BUILTIN, BUILTIN_FILE).expect("the client's policy")
}

#[track_caller]
fn check(policy: &Policy, right: Option<&str>, received: &str, due: &str) {
    let received = received.parse().expect("an instant");
    let by = policy.answer_by(right, received).expect("within the calendar");
    assert_eq!(by.to_string(), due, "{} {right:?} {received}", policy.version);
}

#[test]
fn clause_5_a_request_is_answered_by_the_deadline_of_its_regime() {
    let (client, later) = (client(), later());
    for right in ["access", "correction", "deletion", "objection", "withdrawal"] {
        assert!([&client, &later].iter().all(|p| p.rights.iter().any(|r| r.id == right)), "{right}");
        check(&client, Some(right), "2020-02-26T09:00:00+09:00", "2020-03-02");
        check(&later, Some(right), "2024-02-26T09:00:00+09:00", "2024-03-07");
    }
    // The first day does not count, but for one that begins with the request.
    check(&client, Some("access"), "2020-02-26T23:59:59+09:00", "2020-03-02");
    check(&client, Some("access"), "2020-02-27T00:00:00+09:00", "2020-03-02");
    check(&later, Some("access"), "2024-12-31T12:00:00+09:00", "2025-01-10");
}

#[test]
fn clause_12_a_complaint_has_a_prompt_clock_of_its_own() {
    check(&client(), None, "2020-02-26T09:00:00+09:00", "2020-02-29");
    check(&later(), None, "2024-02-27T09:00:00+09:00", "2024-03-01");
}

#[test]
fn a_timer_counts_down_and_past() {
    let due = "2020-03-02".parse().expect("a day");
    for (today, left, is_overdue) in
        [("2020-02-26", 5, false), ("2020-03-02", 0, false), ("2020-03-03", -1, true), ("2021-03-02", -365, true)]
    {
        let timer = Timer::on(due, today.parse().expect("a day"));
        assert_eq!((timer.left, timer.is_overdue()), (left, is_overdue), "{today}");
    }
}

#[test]
fn clause_5_nothing_is_carried_out_before_the_identity_is_checked() {
    use CaseAct::{Answer, CarryOut, Check, Refuse, Reopen};
    use CaseError::{CheckedAlready, Closed, DecidedAlready, GoesOn, NotChecked, NotDecided, Open};
    use CaseStep::{Answered, Checked, Decided, Received, Reopened};
    let rows = [
        (Received, [Ok(Checked), Err(NotChecked), Ok(Decided), Err(NotDecided), Err(Open)]),
        (Checked, [Err(CheckedAlready), Ok(Decided), Ok(Decided), Err(NotDecided), Err(Open)]),
        (Decided, [Err(DecidedAlready), Err(DecidedAlready), Err(DecidedAlready), Ok(Answered), Err(Open)]),
        (Answered, [Err(Closed); 5]),
        (Reopened, [Err(GoesOn); 5]),
    ];
    for (step, outcomes) in rows {
        for (act, expected) in [Check, CarryOut, Refuse, Answer, Reopen].into_iter().zip(outcomes) {
            let request = Case { kind: CaseKind::Request, step };
            assert_eq!(request.after(act).map(|case| case.step), expected, "{step:?} {act:?}");
            let complaint = Case { kind: CaseKind::Complaint, step };
            // A complaint is heard whoever makes it, and taken up again.
            let heard = match (step, act) {
                (Received, CarryOut) => Ok(Decided),
                (Answered, Reopen) => Ok(Reopened),
                _ => expected,
            };
            assert_eq!(complaint.after(act).map(|case| case.step), heard, "a complaint: {step:?} {act:?}");
        }
    }
}

#[test]
fn how_far_a_case_is_stands_in_its_events() {
    let at = "2020-02-26T09:00:00+09:00".parse().expect("an instant");
    let mut events = vec![(Event::Made, at), (Event::Due, at)];
    for (event, step) in [
        (Event::Made, CaseStep::Received),
        (Event::Checked, CaseStep::Checked),
        (Event::Decided, CaseStep::Decided),
        (Event::Reopened, CaseStep::Reopened),
        // One that was reopened is closed with the one that it goes on in.
        (Event::Closed, CaseStep::Answered),
    ] {
        events.push((event, at));
        assert_eq!(Case::of(CaseKind::Request, &events).step, step);
    }
    assert!("request".parse::<CaseKind>().is_ok() && "other".parse::<CaseKind>().is_err());
}

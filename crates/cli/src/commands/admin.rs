//! `vestry admin`: the vault's making, and people on file.

use crate::{
    args::{AdminCommand, DestroyArgs, HoldArgs, PersonCommand, Place, ShowArgs, StaffCommand},
    commands::privacy::{print_sweep, print_verdicts},
    open,
};
use anyhow::{Context, Result};
use std::{
    io::{BufRead, IsTerminal, Read, Write, stdin, stdout},
    path::Path,
};
use vestry_app::{
    Description, FirstLinks, FirstStart, HeldRecord, Language, LawfulUse, Leaving, MASK, NewStaff, Opening, PersonId,
    Personal, Privacy, Reader, Role, Sweep, TwoStaff, VaultStore, event_named, is_secret, masked,
};
use zeroize::Zeroizing;

/// The longest description of a person, in bytes.
const MAX_DESCRIPTION: u64 = 4 << 20;

pub(crate) async fn run(command: AdminCommand) -> Result<()> {
    match command {
        AdminCommand::Init { place } => init(&place).await,
        AdminCommand::Rotate { signing: true, place, .. } => {
            let public = Privacy::rotate_signing(&place.data, &open::config(&place)?, crate::surroundings()).await?;
            writeln!(
                stdout(),
                "the audit log and what is written from now on are signed by another key; copy its file, and write this down \
                 beside the one before:\n\n  {public}"
            )?;
            Ok(())
        }
        AdminCommand::Rotate { separated, place, .. } => {
            let which = if separated { VaultStore::Separated } else { VaultStore::Live };
            let rotated = Privacy::rotate(&place.data, &open::config(&place)?, crate::surroundings(), which).await?;
            writeln!(stdout(), "{} keys wrapped anew, {} unnamed ones destroyed", rotated.keys, rotated.unnamed)?;
            Ok(())
        }
        AdminCommand::Person(command) => person(command).await,
        AdminCommand::Staff(command) => staff(command).await,
    }
}

async fn init(place: &Place) -> Result<()> {
    let config = open::config(place)?;
    // Where there is one already nothing is asked: making it again says so.
    let first = if Privacy::is_made_here(&place.data, &config)? { FirstStart::default() } else { first_start()? };
    first.check().context("nothing was made; begin again with lines that can be used")?;
    let (keys, public) = Privacy::make(&place.data, &config, crate::surroundings()).await?;
    writeln!(
        stdout(),
        "made the keys in `{}`; keep a copy of each where no backup of the data is: without them nothing opens\n\
         the audit log is verified with this key; write it down elsewhere:\n\n  {public}\n",
        keys.display()
    )?;
    let mut links = FirstLinks::default();
    if first != FirstStart::default() {
        let privacy = open::privacy(place).await?;
        links = privacy.first_accounts(&first).await?;
        privacy.close().await;
    }
    say_links(place, &links)
}

/// What is typed at a first start, asked for on a terminal. Whoever is left out has no name asked for.
fn first_start() -> Result<FirstStart> {
    let (mut lines, is_asked) = (stdin().lock().take(4_096), stdin().is_terminal());
    let mut ask = |what: &str| {
        if is_asked {
            eprint!("{what}: ");
        }
        let mut line = Zeroizing::new(String::new());
        lines.read_line(&mut line).context("could not read standard input")?;
        anyhow::Ok(Zeroizing::new(line.trim().to_owned()))
    };
    let operator = ask("mail address of the operator, who manages the staff (empty: nobody yet)")?;
    let name = if operator.is_empty() { Zeroizing::default() } else { ask("their name")? };
    let organisation = ask("name of the organisation whose catalogue it is (empty: none yet)")?.to_string();
    let owner = if organisation.is_empty() {
        Zeroizing::default()
    } else {
        ask("mail address of its owner (empty: nobody yet)")?
    };
    Ok(FirstStart { operator, name, organisation, owner })
}

/// The links of the first people, and what comes next.
fn say_links(place: &Place, links: &FirstLinks) -> Result<()> {
    if let Some(token) = &links.enrolment {
        writeln!(stdout(), "the operator enrols within three days at\n\n  {}\n", link(place, "office/enrol/", token)?)?;
    }
    if let Some(token) = &links.invitation {
        writeln!(stdout(), "the owner joins within a week at\n\n  {}\n", link(place, "join?invitation=", token)?)?;
    }
    let next = match (&links.enrolment, &links.invitation) {
        (None, None) => {
            "`vestry admin staff add --role operator`, which reads a mail address and a name from standard input"
        }
        _ => "`vestry serve`; then open the links, which it mails as well",
    };
    Ok(writeln!(stdout(), "next: {next}")?)
}

async fn staff(command: StaffCommand) -> Result<()> {
    match command {
        StaffCommand::Add { role, place } => {
            let mut text = Zeroizing::new(String::new());
            stdin().take(4_096).read_to_string(&mut text).context("could not read standard input")?;
            let (mail, name) =
                text.trim().split_once('\n').context("give two lines: the mail address, and the name")?;
            let new = NewStaff {
                mail: Personal::new(mail.trim().to_owned()),
                name: Personal::new(name.trim().to_owned()),
                role,
                language: Language::Korean,
            };
            let privacy = open::privacy(&place).await?;
            let (person, token) = privacy.add_staff(&new).await?;
            writeln!(stdout(), "{person}\n{}", link(&place, "office/enrol/", &token)?)?;
            privacy.close().await;
        }
        StaffCommand::List { place } => {
            let privacy = open::privacy(&place).await?;
            for (person, role) in privacy.vault().with_roles(None).await? {
                writeln!(stdout(), "{person}  {}", role.as_str())?;
            }
            privacy.close().await;
        }
        StaffCommand::Renew { person, place } => {
            let privacy = open::privacy(&place).await?;
            let token = privacy.renew_staff(person).await?;
            writeln!(stdout(), "{}", link(&place, "office/enrol/", &token)?)?;
            privacy.close().await;
        }
    }
    Ok(())
}

/// Where the server shows a page that a link leads to.
fn link(place: &Place, page: &str, token: &str) -> Result<String> {
    Ok(format!("{}/{page}{token}", open::config(place)?.mail.base()))
}

async fn person(command: PersonCommand) -> Result<()> {
    match command {
        PersonCommand::Add { items, place } => {
            let description = description(&items)?;
            let privacy = open::privacy(&place).await?;
            let person = privacy.add_person(&description).await?;
            writeln!(stdout(), "{person}")?;
            privacy.close().await;
        }
        PersonCommand::Find { place } => {
            let mut mail = String::new();
            stdin()
                .take(4_096)
                .read_to_string(&mut mail)
                .context("could not read a mail address from standard input")?;
            let privacy = open::privacy(&place).await?;
            let found = privacy.vault().find(&Personal::new(mail)).await?;
            writeln!(stdout(), "{}", found.context("nobody has this mail address")?)?;
            privacy.close().await;
        }
        PersonCommand::Show(args) => show(args).await?,
        PersonCommand::Withdraw { act } => withdraw(act).await?,
        PersonCommand::TakeBack { purpose, person, place } => {
            let privacy = open::privacy(&place).await?;
            say_swept(&privacy, privacy.take_back(person, &purpose).await?.as_ref())?;
            privacy.close().await;
        }
        PersonCommand::Return { person, place } => {
            let privacy = open::privacy(&place).await?;
            privacy.vault().return_member(privacy.policy(), person, privacy.now()).await?;
            privacy.close().await;
        }
        PersonCommand::Role { role, person, place } => give_role(&place, person, role).await?,
        PersonCommand::Event { record, event, at, undo, place } => {
            let event = event_named(&event).with_context(|| {
                format!("`{event}` is no event; write `closed`, `supply`, `payment`, `contract-end` or `cancellation`")
            })?;
            let privacy = open::privacy(&place).await?;
            let at = (!undo).then(|| at.unwrap_or_else(|| privacy.now()));
            privacy.vault().put_event(privacy.policy(), record, event, at).await?;
            privacy.close().await;
        }
        PersonCommand::Block { person, until, place } => {
            let privacy = open::privacy(&place).await?;
            let policy = privacy.policy();
            let ends = policy.first_moment(until.tomorrow()?);
            privacy.vault().block(policy, person, ends).await?;
            privacy.close().await;
        }
        PersonCommand::Unblock { person, place } => {
            let privacy = open::privacy(&place).await?;
            privacy.alone_at_prompt(TwoStaff::BanDecided).await?;
            privacy.vault().unblock(person, privacy.now()).await?;
            privacy.close().await;
        }
        PersonCommand::Hold(args) => hold(args).await?,
        PersonCommand::Release(args) => release(args).await?,
        PersonCommand::Holds { place } => {
            let privacy = open::privacy(&place).await?;
            for hold in privacy.vault().holds().await? {
                writeln!(stdout(), "{}  {}  since {}", hold.subject, hold.reason, hold.placed)?;
            }
            privacy.close().await;
        }
    }
    Ok(())
}

/// The description in a file. A mistake in it is told by place and not by text, which may be personal.
fn description(path: &Path) -> Result<Description> {
    let file = std::fs::File::open(path).with_context(|| format!("could not read `{}`", path.display()))?;
    let mut text = Vec::new();
    file.take(MAX_DESCRIPTION)
        .read_to_end(&mut text)
        .with_context(|| format!("could not read `{}`", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| {
        anyhow::anyhow!(
            "`{}` does not describe a person (line {}, column {}); write `{{\"items\": {{\"email\": \"…\"}}}}`, see \
             `vestry admin person add --help`",
            path.display(),
            error.line(),
            error.column()
        )
    })
}

async fn show(args: ShowArgs) -> Result<()> {
    let used = args.used.as_deref().map(lawful_use).transpose()?;
    let privacy = open::privacy(&args.place).await?;
    let opening = Opening::new(&args.purpose, Reader::Prompt, Some(args.reason))?;
    let records = privacy.show_person(args.person, &opening, used).await?;
    for record in &records {
        print_record(&privacy, &opening, record, args.unmask)?;
    }
    privacy.close().await;
    Ok(())
}

fn lawful_use(text: &str) -> Result<LawfulUse> {
    serde_json::from_value(text.into()).ok().with_context(|| {
        format!("`{text}` is no lawful use; write `statute`, `dispute`, `lawful-request`, `rejoin-check`, `improvement` or `proof`")
    })
}

fn print_record(privacy: &Privacy, opening: &Opening, record: &HeldRecord, unmask: bool) -> Result<()> {
    let policy = privacy.policy();
    let place = if record.is_kept_apart() { "kept apart" } else { "in use" };
    let held = if record.held { ", on hold" } else { "" };
    writeln!(stdout(), "{} {} ({place}{held})", policy.class(record.class).id, record.record)?;
    if let Some(day) = &record.day {
        let value = if unmask { day.value.open(opening).as_str() } else { MASK };
        writeln!(stdout(), "  {value}  [{}]", day.action.say(policy))?;
    }
    for held in &record.items {
        let item = policy.item(held.item);
        let value = held.value.open(opening);
        let value = if unmask && !is_secret(policy, item) { value.clone() } else { masked(policy, item, value) };
        let fate = held.action.map(|action| action.say(policy)).unwrap_or_default();
        writeln!(stdout(), "  {:<18} {value}  [{fate}]", item.id)?;
    }
    Ok(())
}

async fn give_role(place: &Place, person: PersonId, role: Role) -> Result<()> {
    let privacy = open::privacy(place).await?;
    let (_, organisation) = privacy.vault().role(person).await?;
    let organisation = organisation.with_context(|| format!("{person} belongs to no organisation"))?;
    privacy.give_role(organisation, person, Some(role)).await?;
    privacy.close().await;
    Ok(())
}

async fn withdraw(args: DestroyArgs) -> Result<()> {
    let privacy = open::privacy(&args.place).await?;
    if args.dry_run {
        print_verdicts(privacy.policy(), &privacy.outlook_after(args.person, Leaving::Withdrawn).await?)?;
    } else {
        let sweep = privacy.withdraw(args.person).await?;
        print_sweep(privacy.policy(), &sweep)?;
    }
    privacy.close().await;
    Ok(())
}

/// What the sweep after it did, if it could run.
fn say_swept(privacy: &Privacy, sweep: Option<&Sweep>) -> Result<()> {
    match sweep {
        Some(sweep) => print_sweep(privacy.policy(), sweep),
        None => Ok(writeln!(stdout(), "done; what is due goes with the next sweep: `vestry privacy sweep`")?),
    }
}

async fn hold(args: HoldArgs) -> Result<()> {
    let privacy = open::privacy(&args.place).await?;
    let subject = privacy.vault().hold_subject(*args.id.as_bytes()).await?;
    privacy.vault().hold(subject, &args.reason, privacy.now()).await?;
    privacy.close().await;
    Ok(())
}

async fn release(args: HoldArgs) -> Result<()> {
    let privacy = open::privacy(&args.place).await?;
    privacy.alone_at_prompt(TwoStaff::HoldReleased).await?;
    let subject = privacy.vault().hold_subject(*args.id.as_bytes()).await?;
    say_swept(&privacy, privacy.release(subject, &args.reason).await?.as_ref())?;
    privacy.close().await;
    Ok(())
}

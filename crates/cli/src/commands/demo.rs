//! `vestry demo`: from nothing to a catalogue in the browser.

use super::{import, serve};
use crate::{args::DemoArgs, open, progress, surroundings};
use anyhow::{Context, Result, bail};
use std::{
    io::ErrorKind,
    mem::ManuallyDrop,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};
use vestry_app::{App, Config, DemoPeople, ImportSource, KeyKind, Privacy, demo};
use vestry_server::Options;
use vestry_vision::{Kernel, Vision};

/// Draws (or takes `--photos`), recognises, imports, serves.
pub(crate) async fn run(args: DemoArgs) -> Result<()> {
    let Some(data) = &args.data else {
        let fresh = Fresh(fresh_folder()?);
        let done = prepare_and_serve(&args, &fresh.0).await;
        if args.no_serve && done.is_ok() {
            eprintln!("data: {}", fresh.keep().display());
        }
        return done;
    };
    if data.join("vestry.db").exists() {
        bail!("`{}` holds data already; give the demo a folder of its own with `--data`", data.display());
    }
    prepare_and_serve(&args, data).await
}

/// A temporary folder that nobody named: it goes when the demo ends, with the keys beside it.
struct Fresh(PathBuf);

impl Fresh {
    /// Leaves it for whoever asked that it be made and not served.
    fn keep(self) -> PathBuf {
        ManuallyDrop::new(self).0.clone()
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let keys = vestry_app::keys_folder(&self.0, &Config::default());
        for folder in [&self.0, &keys] {
            match std::fs::remove_dir_all(folder) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => eprintln!("could not remove `{}`: {error}", folder.display()),
            }
        }
    }
}

async fn prepare_and_serve(args: &DemoArgs, data: &Path) -> Result<()> {
    let (source, heads, drawings) = match &args.photos {
        Some(photos) => {
            let photos =
                std::fs::canonicalize(photos).with_context(|| format!("`{}` is not there", photos.display()))?;
            (ImportSource::Tree(photos), None, Vec::new())
        }
        None => {
            let drawings = demo::drawings(args.products as usize);
            progress::step(|| format!("drawing {} pictures", drawings.len()));
            let bar = progress::bar(drawings.len() as u64, "drawing");
            let feed = demo::write_catalogue(&data.join("catalogue"), &drawings, |n| bar.set_position(n as u64))?;
            bar.finish_and_clear();
            progress::step(|| "learning what they show from every second one".into());
            let vision = Vision::builtin(Kernel::best())?;
            let bar = progress::bar(drawings.len().div_ceil(2) as u64, "learning");
            let heads = demo::fit_heads(&vision, &drawings, |n| bar.set_position(n as u64))?;
            bar.finish_and_clear();
            (ImportSource::Feed(feed), Some(heads), drawings)
        }
    };
    let listen = if args.no_serve { None } else { Some(free(&args.listen)?) };
    let mut config = Config::default();
    if let Some(address) = listen {
        config.server.listen = address.to_string();
        config.mail.links = open::reached_at(&config.server).unwrap_or_default();
    }
    if !Privacy::is_made(data, &config)? {
        Privacy::make(data, &config, surroundings()).await?;
    }
    let app = App::open(data, config, surroundings(), heads).await?;
    let organisation = app.organisation_or_new("hanbit").await?;
    progress::step(|| "importing and recognising them".into());
    import::import(&app, organisation, source, None).await?;
    app.save_indexes().await?;
    if !drawings.is_empty() {
        let (right, asked) = app.demo_accuracy(&drawings).await?;
        eprintln!(
            "half of the drawings taught the demo what they show; of the other half {right} of {asked} were named right"
        );
    }
    let key = app.make_key(organisation, KeyKind::Secret, "demo").await?.secret;
    let Some(listen) = listen else {
        app.close().await;
        return Ok(());
    };
    let people = match app.privacy() {
        Some(privacy) => {
            progress::step(|| "making up people and a history".into());
            let people = privacy.demo_people(organisation).await?;
            app.demo_history(privacy, organisation, &people, &drawings).await?;
            Some(people)
        }
        None => None,
    };
    let options = Options { listen: listen.to_string(), ..Options::default() };
    serve::serve(app, options, |address| {
        match &people {
            Some(people) => tell(people, address, &key),
            None => eprintln!("\nopen http://{address} and sign in with this key:\n\n  {key}\n"),
        }
        let goes = if args.data.is_none() { " and removes it" } else { "" };
        eprintln!("data: {} · Ctrl-C ends the demo{goes}", data.display());
    })
    .await
}

/// How the demo's people get in. Where there are owners a key opens the API alone.
fn tell(people: &DemoPeople, address: SocketAddr, key: &str) {
    eprintln!("\nopen http://{address} and sign in with the password {} as\n", people.password.as_str());
    for (role, mail) in people.members {
        eprintln!("  {mail:<24} {}", role.as_str());
    }
    eprintln!("\nthe privacy office   http://{address}/office/sign-in");
    for staff in [&people.officer, &people.operator] {
        eprintln!("\n  {:<24} {}; the same password, and a code that lets in once:\n", staff.mail, staff.role.as_str());
        for codes in staff.recovery.chunks(2) {
            eprintln!("  {}", codes.join("   "));
        }
        eprintln!("\n  or what an authenticator app shows for {}", staff.secret.as_str());
    }
    eprintln!("\na guardian's page    http://{address}{}", people.guardian);
    eprintln!("the API's key        {key}\n");
}

/// The address that a demo will listen on; with port 0 a port that is free. Its letters lead there.
fn free(listen: &str) -> Result<SocketAddr> {
    let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen on `{listen}`"))?;
    Ok(listener.local_addr()?)
}

fn fresh_folder() -> Result<PathBuf> {
    let random = (surroundings().random)();
    let name = vestry_model::hex(&random[..4]);
    let folder = std::env::temp_dir().join(format!("vestry-demo-{name}"));
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make `{}`", folder.display()))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_nobody_named_goes_with_its_keys() {
        let around = tempfile::tempdir().expect("a folder");
        let fresh = || {
            let data = around.path().join("vestry-demo-1");
            for folder in ["vestry-demo-1", "vestry-demo-1-keys"] {
                std::fs::create_dir_all(around.path().join(folder).join("inside")).expect("made");
            }
            Fresh(data)
        };
        let left = || std::fs::read_dir(around.path()).expect("a folder").count();
        drop(fresh());
        assert_eq!(left(), 0);
        assert!(fresh().keep().is_dir());
        assert_eq!(left(), 2, "kept for whoever asked that it only be made");
    }
}

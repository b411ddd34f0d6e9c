//! `vestry backup`.

use crate::{
    args::{BackupCommand, RestoreArgs},
    commands::audit::read_head,
    open, progress,
};
use anyhow::{Result, bail};
use std::io::{Write, stdout};
use vestry_app::{Manifest, RestoreAim, RestoreReport, RestoreRequest, check_archive, drill, restore};

pub(crate) async fn run(command: BackupCommand) -> Result<()> {
    match command {
        BackupCommand::Create { out, place } => {
            let privacy = open::privacy(&place).await?;
            let bar = progress::bar(privacy.store().read().await?.count_rows().await?, "rows");
            let backups = privacy.back_up(out.as_deref(), |done| bar.set_position(done)).await;
            bar.finish_and_clear();
            for backup in backups? {
                writeln!(stdout(), "{}: {}", backup.path.display(), size(&backup.manifest))?;
                for pending in backup.generations.iter().filter(|generation| generation.pending.is_some()) {
                    let what = pending.pending.as_deref().unwrap_or_default();
                    writeln!(stdout(), "pending: keys at {}: {what}", pending.place)?;
                }
            }
            privacy.close().await;
        }
        BackupCommand::Restore(args) => {
            let config = open::config(&args.place)?;
            let request = request(&args, &config.backup.places, RestoreAim::Serve)?;
            let report = restore(&args.place.data, &config, crate::surroundings(), &request).await?;
            print_report(&report)?;
            writeln!(stdout(), "`{}` is ready to serve", args.place.data.display())?;
        }
        BackupCommand::Drill(args) => {
            let config = open::config(&args.place)?;
            let request = request(&args, &config.backup.places, RestoreAim::Drill)?;
            let keys = vestry_app::keys_folder(&args.place.data, &config);
            let scratch = std::env::temp_dir().join(format!("vestry-drill-{}", std::process::id()));
            std::fs::create_dir_all(&scratch)?;
            let outcome = drill(&scratch, &config, &keys, crate::surroundings(), &request).await;
            std::fs::remove_dir_all(&scratch)?;
            let outcome = outcome?;
            print_report(&outcome.restore)?;
            let size = size(&outcome.manifest);
            writeln!(stdout(), "{size}; hashes and signature hold, read back into SQLite; the scratch folder is gone")?;
            if !config.store.url.is_empty() || !config.vault.people_url.is_empty() {
                writeln!(
                    stdout(),
                    "a drill touches no PostgreSQL; `vestry backup restore` into empty databases tries that"
                )?;
            }
        }
        BackupCommand::Check { archive, key } => {
            let manifest = check_archive(&archive, key.as_bytes())?;
            let header = &manifest.header;
            writeln!(stdout(), "{} of installation {}, {}", header.kind, header.installation, header.created)?;
            for stream in &manifest.streams {
                writeln!(stdout(), "  {:<28} {:>10} rows {:>14} bytes", stream.name, stream.count, stream.length)?;
            }
        }
        BackupCommand::Forget { forgotten, place } => {
            let privacy = open::privacy(&place).await?;
            let was_known = privacy.vault().forget_place(&forgotten).await?;
            privacy.close().await;
            if !was_known {
                bail!("no copies are known at `{forgotten}`; write the place as a certificate names it");
            }
        }
    }
    Ok(())
}

fn request(args: &RestoreArgs, configured: &[std::path::PathBuf], aim: RestoreAim) -> Result<RestoreRequest> {
    let places = if args.places.is_empty() { configured.to_vec() } else { args.places.clone() };
    Ok(RestoreRequest {
        backup: args.backup.clone(),
        places,
        identity: args.identity.clone(),
        published: args.head.as_deref().map(read_head).transpose()?,
        aim,
    })
}

fn size(manifest: &Manifest) -> String {
    let (rows, bytes) = manifest.streams.iter().fold((0, 0), |(rows, bytes), s| (rows + s.count, bytes + s.length));
    format!("{} streams, {rows} rows, {bytes} bytes", manifest.streams.len())
}

fn print_report(report: &RestoreReport) -> Result<()> {
    writeln!(
        stdout(),
        "from {}: {} people, {} rows of the catalogue; {} sealed values stayed destroyed, whose people left or who were \
         corrected or moved after the backup; certificate {}",
        report.backup.display(),
        report.restored.people,
        report.catalogue,
        report.restored.dropped,
        report.certificate.state.name()
    )?;
    Ok(())
}

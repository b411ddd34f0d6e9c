//! How fast a data folder is backed up, beside a plain copy of the same files into one, fsynced, in the same run.
//! `cargo run --release -p vestry-app --example backup_speed -- FOLDER [MB]`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use jiff::Timestamp;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Instant,
};
use vestry_app::{Config, Privacy, Surroundings};
use vestry_model::{OrganisationId, Product, Sku};
use vestry_store::{ObjectKey, Objects, Picture, Rendition};

const MB: usize = 1_000_000;
/// Bytes of a picture, large and small.
const PICTURE: [(Rendition, usize); 2] = [(Rendition::Full, 180_000), (Rendition::Thumbnail, 20_000)];
const TOGETHER: usize = 500;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let root = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let megabytes: usize = arguments.next().map_or(1_000, |n| n.to_string_lossy().parse().expect("a number of MB"));
    let folder = tempfile::tempdir_in(root).expect("a folder");
    let (data, place) = (folder.path().join("data"), folder.path().join("place"));
    fs::create_dir(&place).expect("a folder");
    let mut config = Config::default();
    config.backup.recipients = vec![age::x25519::Identity::generate().to_public().to_string()];
    config.backup.places = vec![place.clone()];
    let surroundings = Surroundings { now: Timestamp::now, random: || [0; 16] };
    Privacy::make(&data, &config, surroundings).await.expect("made");
    let privacy = Privacy::open(&data, &config, surroundings).await.expect("opens");
    fill(&privacy, &data, megabytes * MB / PICTURE.iter().map(|(_, bytes)| bytes).sum::<usize>()).await;

    for run in 1..=3 {
        let plain = place.join("plain");
        let start = Instant::now();
        let mut copy = File::create(&plain).expect("made");
        let bytes = copy_all(&data, &mut copy);
        copy.sync_all().expect("durable");
        let rate = |bytes: u64, start: Instant| bytes as f64 / MB as f64 / start.elapsed().as_secs_f64();
        println!("run {run}: {} MB copied and fsynced, {:.0} MB/s", bytes / MB as u64, rate(bytes, start));
        fs::remove_file(plain).expect("removed");
        let start = Instant::now();
        let backup = privacy.back_up(None, |_| {}).await.expect("backed up").remove(0);
        let bytes = fs::metadata(&backup.path).expect("an archive").len();
        println!("run {run}: {} MB backed up, {:.0} MB/s", bytes / MB as u64, rate(bytes, start));
        fs::remove_file(backup.path).expect("removed");
    }
    privacy.close().await;
}

/// Puts `count` products with a picture each, whose bytes do not compress.
async fn fill(privacy: &Privacy, data: &Path, count: usize) {
    let objects = Objects::open(data).expect("a folder");
    let mut tx = privacy.store().begin().await.expect("begins");
    let shop: OrganisationId = tx.create_organisation("Hana", "hana", privacy.now()).await.expect("made");
    tx.commit().await.expect("committed");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for first in (0..count).step_by(TOGETHER) {
        let numbers = first..count.min(first + TOGETHER);
        let product = |n| Product::new(Sku::new(&format!("P-{n}")).expect("a SKU"));
        let products: Vec<Product> = numbers.map(product).collect();
        let mut tx = privacy.store().begin().await.expect("begins");
        let put = tx.put_products(shop, &products, privacy.now()).await.expect("put");
        for product in put {
            let image =
                tx.add_image(shop, product.id, "https://shop.example/a.jpg", privacy.now()).await.expect("added");
            let (source_digest, faces) = ([0; 32], Vec::new());
            let picture = Picture { source_digest, width: 600, height: 800, faces, placeholder: None, analysis: None };
            tx.put_pictures(&[(image, picture, None)]).await.expect("put");
            for (rendition, bytes) in PICTURE {
                objects.put(&ObjectKey::new(shop, image), rendition, noise(&mut state, bytes)).await.expect("put");
            }
        }
        tx.commit().await.expect("committed");
    }
}

/// Copies every file below `folder` to the end of `copy`; how many bytes.
fn copy_all(folder: &Path, copy: &mut File) -> u64 {
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| match path.is_dir() {
            true => copy_all(&path, copy),
            false => io::copy(&mut File::open(path).expect("a file"), copy).expect("copied"),
        })
        .sum()
}

/// Bytes that do not compress (xorshift64*, Vigna 2016).
fn noise(state: &mut u64, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

//! Wrong use, broken input, killed processes: a clear word, and nothing lost.

use crate::program::{Shop, files, stderr, vestry};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    time::Duration,
};

#[test]
fn a_killed_import_loses_nothing_and_doubles_nothing() {
    let shop = Shop::new(60);
    let whole = Shop::new(60);
    whole.import();
    for pictures in [2, 30, 90] {
        let mut import = vestry(&["import", shop.feed.to_str().expect("UTF-8")])
            .arg("--data")
            .arg(shop.data())
            .spawn()
            .expect("runs");
        // Killed once so many objects are there, or when it was quicker than that.
        while import.try_wait().expect("asked").is_none() && files(&shop.data().join("objects")).len() < pictures {
            std::thread::yield_now();
        }
        import.kill().expect("SIGKILL");
        import.wait().expect("gone");
    }
    let last = shop.import();
    assert!(last.status.success() && stderr(&last).contains("60 products"), "{}", stderr(&last));
    let query = ["--filter", "currency=KRW"];
    let (mut mended, mut fresh) = (shop.search(&query), whole.search(&query));
    mended.sort();
    fresh.sort();
    assert_eq!(mended, fresh);
    let photo = ["--image", shop.picture(5).to_str().expect("UTF-8")].map(str::to_owned);
    let photo: Vec<&str> = photo.iter().map(String::as_str).collect();
    assert_eq!(shop.search(&photo), whole.search(&photo), "the same pictures rank the same");
}

#[test]
fn a_data_folder_in_use_is_refused_with_what_to_do() {
    let shop = Shop::new(2);
    let mut server =
        vestry(&["serve", "--listen", "127.0.0.1:0"]).arg("--data").arg(shop.data()).spawn().expect("runs");
    let lines = BufReader::new(server.stderr.take().expect("piped")).lines();
    let listening = lines.map_while(Result::ok).any(|line| line.contains("listening on http://"));
    let refused = shop.import();
    server.kill().expect("killed");
    server.wait().expect("gone");
    assert!(listening);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("data folder in use"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("--server URL"), "{}", stderr(&refused));
}

#[test]
fn a_data_folder_in_use_is_reached_through_its_server() {
    let shop = Shop::new(2);
    let mut server =
        vestry(&["serve", "--listen", "127.0.0.1:0"]).arg("--data").arg(shop.data()).spawn().expect("runs");
    let (mut key, mut address) = (String::new(), String::new());
    for line in BufReader::new(server.stderr.take().expect("piped")).lines().map_while(Result::ok) {
        if line.trim().starts_with("vs_") {
            key = line.trim().to_owned();
        }
        if let Some((_, found)) = line.split_once("listening on ") {
            address = found.to_owned();
            break;
        }
    }
    let feed = shop.data().with_file_name("feed.csv");
    std::fs::write(&feed, "sku,title,price\nA-1,린넨 원피스,39000\nA-2,셔츠,무료\n").expect("written");
    let feed = feed.to_str().expect("UTF-8");
    let through = |args: &[&str]| {
        vestry(args).args(["--server", &address]).env("VESTRY_KEY", &key).output().expect("the binary runs")
    };
    let imported = through(&["import", feed]);
    let found = through(&["search", "--words", "린넨"]);
    let wrong = vestry(&["search", "--words", "x", "--server", &address]).env("VESTRY_KEY", "vs_no").output();
    server.kill().expect("killed");
    server.wait().expect("gone");
    let gone = through(&["search", "--words", "린넨"]);
    let said = stderr(&imported);
    assert!(imported.status.success() && said.contains("1 new") && said.contains("line 3"), "{said}");
    let listed = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(listed.contains("A-1") && listed.contains("1 products match"), "{listed}{}", stderr(&found));
    let wrong = wrong.expect("the binary runs");
    assert!(wrong.status.code() == Some(1) && stderr(&wrong).contains("key"), "{}", stderr(&wrong));
    assert!(stderr(&gone).contains("could not reach the server"), "{}", stderr(&gone));
}

#[track_caller]
fn refused(args: &[&str], code: i32, word: &str) {
    let output = vestry(args).output().expect("runs");
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(word), "{args:?}: {}", stderr(&output));
}

#[test]
fn wrong_use_is_2_and_failure_is_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let data = folder.path().join("data");
    let data = data.to_str().expect("UTF-8");
    refused(&["tag"], 2, "IMAGE");
    refused(&["doctor", "--data", data], 1, "nothing is at");
    assert!(!Path::new(data).exists(), "a look makes nothing");
    refused(&["frobnicate"], 2, "frobnicate");
    refused(&["tag", "--crop", "2,2,1,1", "x.jpg"], 2, "region");
    refused(&["tag", &path("empty.jpg", b"")], 1, "empty.jpg");
    refused(&["tag", &path("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")], 1, "SVG");
    refused(&["import", "/nowhere/at/all.csv", "--data", data], 1, "/nowhere/at/all.csv");
    refused(&["import", &path("feed.csv", b"PK\x03\x04 not a feed at all"), "--data", data], 1, "ZIP");
    refused(&["import", &path("empty.csv", b""), "--data", data], 1, "empty");
    refused(&["search", "--data", data], 1, "--words");
    refused(&["search", "--words", "x", "--org", "nobody", "--data", data], 1, "nobody");
    let settings = path("vestry.toml", b"[server]\nlissen = 1\n");
    refused(&["doctor", "--data", data, "--config", &settings], 1, "lissen");
}

#[test]
fn a_stop_in_good_order_saves_the_index() {
    let shop = Shop::new(2);
    let mut server =
        vestry(&["serve", "--listen", "127.0.0.1:0"]).arg("--data").arg(shop.data()).spawn().expect("runs");
    let lines = BufReader::new(server.stderr.take().expect("piped")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("listening on http://")));
    let id = server.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    let mut status = None;
    for _ in 0..600 {
        status = server.try_wait().expect("asked");
        if status.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(status.is_some_and(|s| s.success()), "the server ends by itself");
}

/// A small file system at a folder, gone with this value.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    /// `None`, and a word about it, where this process may not mount.
    fn mount(at: std::path::PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).expect("a folder");
        let disk = Self(at);
        if disk.run("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]) {
            return Some(disk);
        }
        eprintln!("not tested on a full disk: this process may not mount one");
        None
    }

    fn run(&self, program: &str, args: &[&str]) -> bool {
        std::process::Command::new(program).args(args).arg(&self.0).status().is_ok_and(|s| s.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.run("umount", &["-l"]);
    }
}

#[test]
fn a_full_disk_says_so_and_loses_nothing() {
    let shop = Shop::new(120);
    let Some(disk) = SmallDisk::mount(shop.data(), "3m") else { return };
    let full = shop.import();
    assert_eq!(full.status.code(), Some(1), "{}", stderr(&full));
    assert!(stderr(&full).contains("no space is left"), "{}", stderr(&full));
    assert!(disk.run("mount", &["-o", "remount,size=200m"]));
    let again = shop.import();
    assert!(again.status.success() && stderr(&again).contains("120 products"), "{}", stderr(&again));
    let doctor = shop.run(&["doctor"]);
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(said.contains("120 products, 120 in the index; index complete"), "{said}");
}

#[test]
fn a_name_of_heads_that_could_break_their_file_is_refused() {
    for name in ["", "two\nlines", "a\ttab", "빨강", &"x".repeat(61)] {
        let output = vestry(&["learn", "--train", "nowhere", "--name", name]).output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(2), "{name:?}");
        assert!(stderr(&output).contains("such as `ours@1`"), "{name:?}: {}", stderr(&output));
    }
}

//! What people taught, published and taken back at the prompt.

use crate::{program::vestry, swimwear::teach};
use serde_json::Value;
use std::path::Path;
use vestry_app::{App, Config, Surroundings};

const PICTURES: usize = 104;
const SURROUNDINGS: Surroundings =
    Surroundings { now: || jiff::Timestamp::from_second(1_795_000_000).expect("a time"), random: || [7; 16] };

async fn shop(data: &Path) {
    let app = App::open(data, Config::default(), SURROUNDINGS, None).await.expect("opens");
    let organisation = app.organisation_or_new("hanbit").await.expect("made");
    teach(&app, organisation, "key-1", 0..PICTURES).await;
    app.close().await;
}

#[tokio::test]
async fn what_was_taught_is_published_told_and_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    shop(&data).await;
    let says = |args: &[&str]| {
        let output = vestry(&["learn"]).args(args).args(["--org", "hanbit", "--data"]).arg(&data).output();
        let output = output.expect("the binary runs");
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        (output.status.success(), said)
    };
    let json = |args: &[&str]| serde_json::from_str::<Value>(&says(args).1).expect("JSON");
    assert_eq!(says(&["attributes"]).1, "category\n");
    let shown = says(&["show"]).1;
    for part in ["104 judgements on 104 pictures", "better than the shipped head", "penalty", "after ", "sure "] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let published = json(&["publish", "--json"]);
    assert_eq!((&published["in_use"], published["held_out"].as_u64()), (&true.into(), Some(104)));
    let versions = json(&["versions", "--json"]);
    assert_eq!(versions["versions"], serde_json::json!([published]));
    let version = published["id"].to_string();
    let manifest = json(&["manifest", "--of", &version, "--json"]);
    assert_eq!(
        (&manifest["hash"], manifest["judgements"].as_array().map(Vec::len)),
        (&published["manifest"], Some(104))
    );
    assert_eq!(manifest, json(&["manifest", "--json"]), "what is live is what was published");
    assert!(says(&["publish"]).1.contains("this very head is in use"));
    assert_eq!(says(&["back"]), (true, format!("version {version} is taken back\n")));
    assert!(says(&["versions"]).1.contains("rolled back"));
}

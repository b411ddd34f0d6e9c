//! People with a canary in every personal item that the policy has.

use crate::{
    scanner::{Canary, Evidence, Named, What},
    world::{World, now},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use vestry_app::{Description, Privacy};
use vestry_policy::{Basis, Clock, Grain, Policy};
use vestry_vault::{KeyId, LookupKey, MasterKey, MasterKeySource, PersonId, Tombstone, normalised_mail};

/// Somebody to be put on file, and the canary in each of their items.
pub(crate) struct Planted {
    pub(crate) description: Description,
    pub(crate) canaries: Vec<Canary>,
}

/// A member since the clock's now with one record of each class that a person can have, every item in it, everything
/// having happened that starts a clock.
pub(crate) fn planted(policy: &Policy, tag: &str) -> Planted {
    let (mut account, mut records, mut canaries) = (Map::new(), Vec::new(), Vec::new());
    for (id, class) in policy.classes() {
        let mut items = Map::new();
        for item in policy.items_of(id).iter() {
            let name = &policy.item(item).id;
            let value = match name.as_str() {
                "email" | "staff_mail" => format!("canary-{tag}-{name}@shop.example"),
                _ => format!("Canary-{tag}-{name}-각"),
            };
            canaries.push(Canary::text(name, &value));
            items.insert(name.clone(), value.into());
        }
        if class.id == "account" {
            account = items;
            continue;
        }
        let starts = policy.retentions().filter(|(_, retention)| retention.class == id);
        let starts = starts.flat_map(|(_, retention)| match &retention.clock {
            Clock::Starts { events, .. } => events.clone(),
            Clock::EndsWith(_) => Vec::new(),
        });
        let mut events: Map<String, Value> =
            starts.map(|event| (json!(event).as_str().expect("a name").to_owned(), json!(now()))).collect();
        events.remove("withdrawal");
        if class.grain == Grain::Day && events.is_empty() {
            events.insert("made".into(), json!(now()));
        }
        records.push(json!({ "class": class.id, "items": items, "events": events }));
    }
    let consents = policy.purposes().filter(|(_, purpose)| purpose.basis == Basis::Consent);
    let consents: Vec<&str> = consents.map(|(_, purpose)| purpose.id.as_str()).collect();
    let description = json!({ "member_since": now(), "consents": consents, "items": account, "records": records });
    Planted { description: serde_json::from_value(description).expect("a description"), canaries }
}

/// What tells of `person` besides the values: ids of the person and of their records and keys, the wrapped keys, the
/// look-up hash of their address. What is in `evidence` now.
pub(crate) async fn traces(evidence: &Evidence, person: PersonId) -> Vec<Canary> {
    let mut found = BTreeSet::from([("person id".to_owned(), person.as_bytes().to_vec())]);
    let tables = evidence.tables().await;
    let mut names = BTreeSet::new();
    for table in &tables {
        for row in table.rows.iter().map(|row| Named { columns: &table.columns, row }) {
            if row.id("person") != Some(*person.as_bytes()) {
                continue;
            }
            let of_person = row.bytes("item").is_some();
            for (column, what) in [("record", "record id"), ("id", "record id"), ("hash", "look-up hash")] {
                found.extend(row.bytes(column).filter(|id| id.len() >= 16).map(|id| (what.to_owned(), id.to_vec())));
            }
            // The key of a day is everybody's of that day.
            if let Some(key) = row.id("key").filter(|_| of_person) {
                found.insert(("key id".into(), key.to_vec()));
                names.insert(*Tombstone::of(KeyId::from_bytes(key)).as_bytes());
            }
        }
    }
    for table in &tables {
        for row in table.rows.iter().map(|row| Named { columns: &table.columns, row }) {
            if row.array("tombstone").is_some_and(|name: [u8; 32]| names.contains(&name)) {
                found.extend(row.bytes("wrapped").map(|wrapped| ("wrapped key".to_owned(), wrapped.to_vec())));
            }
        }
    }
    found.into_iter().map(|(name, bytes)| Canary::bytes(&format!("{name} {:02x?}", &bytes[..4]), bytes)).collect()
}

/// The hash by which `mail` is found at login, made from the master key as an operator could.
pub(crate) fn login_hash(world: &World, privacy: &Privacy, mail: &Canary) -> Canary {
    let source = MasterKeySource::File(world.keys().join("master.key"));
    let master = MasterKey::read(&source, &world.data()).expect("a key");
    let key = LookupKey::of_master(&master, privacy.vault().installation(), "login");
    let What::Text(mail) = &mail.what else { panic!("no address") };
    Canary::bytes("login hash", key.hash(&normalised_mail(mail).expect("an address")))
}

/// Those of `canaries` whose item is of one of `classes`.
pub(crate) fn of_classes(policy: &Policy, canaries: &[Canary], classes: &[&str]) -> Vec<Canary> {
    let class = |canary: &&Canary| {
        let item = policy.item(policy.item_named(&canary.name).expect("an item"));
        classes.contains(&policy.class(item.class).id.as_str())
    };
    canaries.iter().filter(class).cloned().collect()
}

//! The public page says what is enforced, in both languages, under the file's hash.

use vestry_policy::{BUILTIN, BUILTIN_FILE, Language, Page, Policy};

fn policy() -> Policy {
    Policy::read(BUILTIN, BUILTIN_FILE).expect("the file is whole")
}

fn table<'a>(page: &'a Page, clause: &str) -> &'a vestry_policy::Table {
    let section = page.sections.iter().find(|section| section.clause == clause).expect(clause);
    section.tables.first().expect("a table")
}

#[test]
fn every_item_purpose_and_period_stands_on_the_page() {
    let policy = policy();
    for language in [Language::Korean, Language::English] {
        let page = policy.page(language);
        let items = table(&page, "2.ga");
        assert_eq!(items.rows.len(), policy.items().count());
        for (_, item) in policy.items() {
            assert!(items.rows.iter().any(|row| row[1] == item.name.get(language)), "{}", item.id);
        }
        assert_eq!(table(&page, "1").rows.len(), policy.purposes().count());
        assert_eq!(table(&page, "4").rows.len(), policy.retentions().count());
        for section in &page.sections {
            for table in &section.tables {
                assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{}", section.clause);
            }
        }
    }
}

#[test]
fn periods_read_as_people_write_them() {
    let policy = policy();
    let cells = |language| {
        let page = policy.page(language);
        let rows = &table(&page, "4").rows;
        let all: Vec<String> = rows.iter().map(|row| row[3].clone()).collect();
        all
    };
    let english = cells(Language::English);
    assert!(english.contains(&"3 months from the visit".into()), "{english:?}");
    assert!(english.contains(&"5 years from the later of payment and supply".into()), "{english:?}");
    assert!(english.contains(&"with member information: 1 year from withdrawal".into()), "{english:?}");
    let korean = cells(Language::Korean);
    assert!(korean.contains(&"방문부터 3개월".into()), "{korean:?}");
    assert!(korean.contains(&"결제, 공급 가운데 늦은 날부터 5년".into()), "{korean:?}");
}

#[test]
fn clause_3_na_the_page_equals_the_register_of_processors() {
    let policy = policy();
    let page = policy.page(Language::English);
    let names: Vec<&str> = table(&page, "3.na").rows.iter().map(|row| row[0].as_str()).collect();
    let register: Vec<&str> = policy.processors.iter().map(|p| p.name.en.as_str()).collect();
    assert_eq!(names, register);
    assert_eq!(table(&page, "3.ga").rows[0][0], "none");
}

#[test]
fn the_page_carries_the_hash_of_the_enforced_file() {
    let policy = policy();
    let hash: String = policy.hash().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(policy.page(Language::Korean).markdown().contains(&hash));
    let other = BUILTIN.replace("keep = \"3 months\"", "keep = \"2 months\"");
    let other = Policy::read(&other, "other.toml").expect("whole");
    assert!(!other.page(Language::Korean).markdown().contains(&hash));
}

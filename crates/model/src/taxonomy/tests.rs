use super::*;

#[test]
fn the_builtin_taxonomy_reads() {
    assert_eq!(Taxonomy::builtin().attributes()[0].id.as_str(), "category");
}

//! Objects on disk.

use vestry_model::{ImageId, OrganisationId};
use vestry_store::{ObjectKey, Objects, Rendition};

#[tokio::test]
async fn objects_are_put_replaced_and_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = Objects::open(folder.path()).expect("opens");
    let key = ObjectKey::new(OrganisationId::from_row(7), ImageId::from_row(12_345));
    assert_eq!(key.as_str(), "7/345/12345");
    assert_eq!(objects.get(&key, Rendition::Full).await.expect("reads"), None);
    objects.put(&key, Rendition::Full, b"first".to_vec()).await.expect("writes");
    objects.put(&key, Rendition::Full, b"second".to_vec()).await.expect("writes");
    objects.put(&key, Rendition::Thumbnail, b"small".to_vec()).await.expect("writes");
    assert_eq!(objects.get(&key, Rendition::Full).await.expect("reads").as_deref(), Some(b"second".as_slice()));
    assert_eq!(objects.get(&key, Rendition::Thumbnail).await.expect("reads").as_deref(), Some(b"small".as_slice()));
    objects.delete(&key).await.expect("deletes");
    objects.delete(&key).await.expect("what is gone is no error");
    for rendition in [Rendition::Full, Rendition::Thumbnail] {
        assert_eq!(objects.get(&key, rendition).await.expect("reads"), None);
    }
    let left = std::fs::read_dir(folder.path().join("objects/7/345")).map(|d| d.count()).unwrap_or(0);
    assert_eq!(left, 0, "no temporary file stays");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let refused = Objects::open(file.path()).expect_err("is a file");
    assert!(refused.to_string().contains("objects"), "{refused}");
}

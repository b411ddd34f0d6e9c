//! Objects: the pictures themselves, outside the database.

use crate::{Snapshot, StoreError, Tx};
use object_store::{ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as ObjectPath};
use std::{fmt, path::Path, sync::Arc};
use vestry_database::args;
use vestry_model::{ImageId, OrganisationId};

/// Where the objects of one image are: `organisation/bucket/image`, at most a thousand buckets to a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The key of an image's objects.
    pub fn new(organisation: OrganisationId, image: ImageId) -> Self {
        Self(format!("{organisation}/{:03}/{image}", image.get().rem_euclid(1000)))
    }

    pub(crate) fn from_column(text: String) -> Self {
        Self(text)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which size of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rendition {
    /// The stored derivative, from which features come.
    Full,
    /// A small one for grids.
    Thumbnail,
}

impl Rendition {
    const ALL: [Self; 2] = [Self::Full, Self::Thumbnail];

    fn path(self, key: &ObjectKey) -> ObjectPath {
        match self {
            Self::Full => ObjectPath::from(format!("{key}.full")),
            Self::Thumbnail => ObjectPath::from(format!("{key}.thumb")),
        }
    }
}

/// The folder `objects` in the data folder. A write is whole or absent: a temporary file, synced, then renamed.
#[derive(Debug, Clone)]
pub struct Objects(Arc<LocalFileSystem>);

impl Objects {
    /// Opens the objects of a data folder, making the folder when there is none.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join("objects");
        let opened = std::fs::create_dir_all(&path)
            .and_then(|()| LocalFileSystem::new_with_prefix(&path).map_err(std::io::Error::other));
        match opened {
            Ok(local) => Ok(Self(Arc::new(local.with_fsync(true)))),
            Err(source) => Err(StoreError::Folder { path, source }),
        }
    }

    /// Writes a rendition, replacing what was there.
    pub async fn put(&self, key: &ObjectKey, rendition: Rendition, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.0.put(&rendition.path(key), PutPayload::from(bytes)).await.map_err(|e| refused(key, e))?;
        Ok(())
    }

    /// The bytes of a rendition; `None` when there is none.
    pub async fn get(&self, key: &ObjectKey, rendition: Rendition) -> Result<Option<Vec<u8>>, StoreError> {
        let read = async { self.0.get(&rendition.path(key)).await?.bytes().await };
        match read.await {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(refused(key, e)),
        }
    }

    /// Removes every rendition; those that are gone already are no error.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        for rendition in Rendition::ALL {
            match self.0.delete(&rendition.path(key)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(refused(key, e)),
            }
        }
        Ok(())
    }
}

fn refused(key: &ObjectKey, source: object_store::Error) -> StoreError {
    let chain = std::iter::successors(Some(&source as &dyn std::error::Error), |e| e.source());
    let full = |e: &std::io::Error| e.kind() == std::io::ErrorKind::StorageFull;
    if chain.filter_map(|e| e.downcast_ref()).any(full) {
        return StoreError::Full(source);
    }
    StoreError::Object { key: key.to_string(), source }
}

impl Snapshot {
    /// Objects whose rows are gone and that wait to be deleted. Every function that drops an image leaves its key
    /// here in the same transaction, so that a crash before the deletion loses nothing.
    pub async fn doomed_objects(&mut self, limit: u32) -> Result<Vec<ObjectKey>, StoreError> {
        const SQL: &str = "select object from doomed_objects order by object limit $1";
        self.conn.rows(SQL, args![limit]).await?.iter().map(|row| Ok(ObjectKey(row.only()?))).collect()
    }
}

impl Tx {
    pub(crate) async fn doom_objects(&mut self, keys: &[ObjectKey]) -> Result<(), StoreError> {
        const SQL: &str = "insert into doomed_objects (object) values (..) on conflict (object) do nothing";
        self.conn.insert(SQL, keys.iter().map(|k| args![k.as_str()]).collect()).await?;
        Ok(())
    }

    /// These objects are deleted.
    pub async fn forget_doomed_objects(&mut self, keys: &[ObjectKey]) -> Result<(), StoreError> {
        const SQL: &str = "delete from doomed_objects where object in (..)";
        self.conn.run_in(SQL, args![], keys.iter().map(|k| k.as_str().into()).collect()).await?;
        Ok(())
    }
}

//! Objects: the pictures themselves, outside the database.

use crate::{Snapshot, StoreError, Tx};
use object_store::{ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as ObjectPath};
use std::{
    fmt,
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
};
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

    /// Writes an object to a backup: `length of key 2 ‖ key ‖ rendition 1 ‖ length 8 ‖ bytes`.
    pub fn write_out(key: &ObjectKey, rendition: Rendition, bytes: Vec<u8>, out: &mut dyn Write) -> io::Result<()> {
        let name = key.as_str().as_bytes();
        out.write_all(&u16::try_from(name.len()).expect("keys are short").to_be_bytes())?;
        out.write_all(name)?;
        out.write_all(&[u8::from(rendition == Rendition::Thumbnail)])?;
        out.write_all(&(bytes.len() as u64).to_be_bytes())?;
        out.write_all(&bytes)
    }

    /// Puts the objects that a backup holds, as [`Objects::write_out`] wrote them; how many.
    pub async fn read_in(&self, input: &mut (dyn Read + Send)) -> Result<u64, StoreError> {
        let mut count = 0;
        while let Some((key, rendition, bytes)) = next_object(input).map_err(StoreError::Stream)? {
            self.put(&key, rendition, bytes).await?;
            count += 1;
        }
        Ok(count)
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

/// The longest object that is read back, in bytes: far above any derivative.
const MAX_OBJECT: u64 = 256 << 20;

fn next_object(input: &mut (dyn Read + Send)) -> io::Result<Option<(ObjectKey, Rendition, Vec<u8>)>> {
    let mut length = [0; 2];
    match input.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => input.read_exact(&mut length[1..])?,
    }
    let mut name = vec![0; usize::from(u16::from_be_bytes(length))];
    input.read_exact(&mut name)?;
    let (mut rendition, mut length) = ([0], [0; 8]);
    input.read_exact(&mut rendition)?;
    input.read_exact(&mut length)?;
    let length = u64::from_be_bytes(length);
    let (name, is_thumbnail) = (String::from_utf8(name), rendition[0] == 1);
    let Some(name) = name.ok().filter(|_| length <= MAX_OBJECT) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no picture of a backup"));
    };
    let mut bytes = Vec::new();
    if input.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let rendition = if is_thumbnail { Rendition::Thumbnail } else { Rendition::Full };
    Ok(Some((ObjectKey(name), rendition, bytes)))
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
    /// The keys of stored objects after `after`, in order, at most `limit`.
    pub async fn object_keys(&mut self, after: Option<&ObjectKey>, limit: u32) -> Result<Vec<ObjectKey>, StoreError> {
        const SQL: &str = "select distinct object from images where object is not null and object > $1 \
            order by object limit $2";
        let after = after.map_or("", ObjectKey::as_str);
        self.conn.rows(SQL, args![after, limit]).await?.iter().map(|row| Ok(ObjectKey(row.only()?))).collect()
    }

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

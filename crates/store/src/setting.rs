//! Settings that belong to the data rather than to a machine: which model is current, which schema of what.

use crate::{Snapshot, StoreError, Tx};
use vestry_database::args;

impl Snapshot {
    /// The value kept under `key`.
    pub async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "select value from settings where key = $1";
        Ok(self.conn.row(SQL, args![key]).await?.map(|row| row.only()).transpose()?)
    }
}

impl Tx {
    /// Keeps `value` under `key`.
    pub async fn put_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        const SQL: &str = "insert into settings (key, value) values ($1, $2) \
            on conflict (key) do update set value = excluded.value";
        self.conn.run(SQL, args![key, value]).await?;
        Ok(())
    }

    /// The value kept under `key`: `value` from now on where there was none.
    pub async fn setting_or(&mut self, key: &str, value: &str) -> Result<String, StoreError> {
        const SQL: &str = "insert into settings (key, value) values ($1, $2) on conflict (key) do nothing";
        self.conn.run(SQL, args![key, value]).await?;
        Ok(self.setting(key).await?.unwrap_or_else(|| value.into()))
    }

    /// Forgets the value of `key`.
    pub async fn remove_setting(&mut self, key: &str) -> Result<(), StoreError> {
        const SQL: &str = "delete from settings where key = $1";
        self.conn.run(SQL, args![key]).await?;
        Ok(())
    }
}

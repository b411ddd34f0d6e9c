//! Whole tables as bytes and back, on either engine: what a backup holds.
//!
//! ```text
//! table  = row*
//! row    = count of columns 2 ‖ column*
//! column = 0                      null
//!        | 1 ‖ i64 8              a number
//!        | 2 ‖ f64 8              a fraction
//!        | 3 ‖ length 4 ‖ UTF-8   a text
//!        | 4 ‖ length 4 ‖ bytes   bytes               (lengths in bytes, numbers big-endian)
//! ```

use crate::{Conn, DatabaseError, Value, conn::Transactions};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo, ValueRef, postgres::PgRow, sqlite::SqliteRow};
use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

/// The longest text or bytes of one column that is read back: SQLite's own limit is one gibibyte.
const MAX_COLUMN: u32 = 1 << 30;
/// Rows written back with one statement.
const TOGETHER: usize = 256;

/// Why a table was not dumped or not loaded.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The stream.
    #[error("could not read or write a table's rows")]
    Stream(#[from] io::Error),
    /// A column of a type that is not one of the four.
    #[error("`{0}` is no type that a table here has")]
    Type(String),
    /// Bytes that are no rows.
    #[error("a table's rows cannot be read; the archive is of another version")]
    Form,
}

impl From<sqlx::Error> for DumpError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Conn {
    /// Writes every row of `table`, its `columns` in this order; how many there were. In bounded memory: a row at a time.
    pub async fn dump(
        &mut self,
        table: &str,
        columns: &[&str],
        out: &mut (dyn Write + Send),
    ) -> Result<u64, DumpError> {
        let sql = format!("select {} from {table}", columns.join(", "));
        let mut count = 0;
        let mut buffer = Vec::new();
        match &mut self.transactions {
            Transactions::Sqlite(tx) => {
                let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    encode(&sqlite_row(&row)?, &mut buffer);
                    out.write_all(&buffer)?;
                    count += 1;
                }
            }
            Transactions::Postgres(tx) => {
                let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    encode(&postgres_row(&row)?, &mut buffer);
                    out.write_all(&buffer)?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    /// Whether `table` has no row.
    pub async fn is_empty(&mut self, table: &str) -> Result<bool, DatabaseError> {
        let sql = format!("select 1 from {table} limit 1");
        Ok(self.fetch(sql.into(), Vec::new()).await?.is_empty())
    }

    /// Writes the rows that `input` holds into `table`, where `keep` wants them; how many came and how many were kept.
    pub async fn load(
        &mut self,
        table: &str,
        columns: &[&str],
        input: &mut (dyn Read + Send),
        mut keep: impl FnMut(&[Value]) -> bool,
    ) -> Result<(u64, u64), DumpError> {
        let kept_ids = if self.is_postgres() { " overriding system value" } else { "" };
        let sql = format!("insert into {table} ({}){kept_ids} values (..)", columns.join(", "));
        let nulls = self.nulls(table, columns).await?;
        let (mut came, mut kept) = (0, 0);
        let mut rows = Vec::with_capacity(TOGETHER);
        loop {
            let row = decode(input, &nulls)?;
            let is_last = row.is_none();
            if let Some(row) = row {
                came += 1;
                if keep(&row) {
                    kept += 1;
                    rows.push(row);
                }
            }
            if rows.len() == TOGETHER || is_last {
                self.insert_owned(&sql, std::mem::take(&mut rows)).await?;
            }
            if is_last {
                self.count_on(table).await?;
                return Ok((came, kept));
            }
        }
    }

    /// The null of each column: PostgreSQL takes one of the column's own type alone, SQLite any.
    async fn nulls(&mut self, table: &str, columns: &[&str]) -> Result<Vec<Value>, DumpError> {
        const TYPES: &str = "select column_name::text, data_type::text from information_schema.columns \
            where table_schema = current_schema() and table_name = $1";
        if !self.is_postgres() {
            return Ok(vec![Value::Int(None); columns.len()]);
        }
        let mut types = HashMap::new();
        for row in self.rows(TYPES, crate::args![table]).await? {
            let mut of = row.columns();
            types.insert(of.take::<String>()?, of.take::<String>()?);
        }
        let null = |column: &&str| {
            let name = types.get(*column).map_or("", String::as_str);
            Ok(match name {
                "bigint" => Value::Int(None),
                "real" | "double precision" => Value::Real(None),
                "text" => Value::Text(None),
                "bytea" => Value::Bytes(None),
                _ => return Err(DumpError::Type(format!("{column} {name}"))),
            })
        };
        columns.iter().map(null).collect()
    }

    /// Lets PostgreSQL's counters of a table go on behind the rows that were loaded; SQLite counts by itself.
    async fn count_on(&mut self, table: &str) -> Result<(), DatabaseError> {
        const COUNTED: &str = "select column_name::text from information_schema.columns \
            where table_schema = current_schema() and table_name = $1 and is_identity = 'YES'";
        if !self.is_postgres() {
            return Ok(());
        }
        for row in self.rows(COUNTED, crate::args![table]).await? {
            let column: String = row.only()?;
            let sql = format!(
                "select setval(pg_get_serial_sequence('{table}', '{column}'), \
                 (select coalesce(max({column}), 0) + 1 from {table}), false)"
            );
            self.fetch(sql.into(), Vec::new()).await?;
        }
        Ok(())
    }
}

fn encode(row: &[Value], out: &mut Vec<u8>) {
    fn put(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
        out.push(tag);
        out.extend_from_slice(&u32::try_from(bytes.len()).expect("engines refuse columns of 4 GiB").to_be_bytes());
        out.extend_from_slice(bytes);
    }
    out.clear();
    out.extend_from_slice(&u16::try_from(row.len()).expect("few columns").to_be_bytes());
    for value in row {
        match value {
            Value::Int(None) | Value::Real(None) | Value::Text(None) | Value::Bytes(None) => out.push(0),
            Value::Int(Some(n)) => {
                out.push(1);
                out.extend_from_slice(&n.to_be_bytes());
            }
            Value::Real(Some(x)) => {
                out.push(2);
                out.extend_from_slice(&x.to_be_bytes());
            }
            Value::Text(Some(text)) => put(3, text.as_bytes(), out),
            Value::Bytes(Some(bytes)) => put(4, bytes, out),
        }
    }
}

/// The next row, whose nulls are those of its columns; `None` at the end.
fn decode(input: &mut (dyn Read + Send), nulls: &[Value]) -> Result<Option<Vec<Value>>, DumpError> {
    let mut count = [0; 2];
    if !starts(input, &mut count)? {
        return Ok(None);
    }
    if usize::from(u16::from_be_bytes(count)) != nulls.len() {
        return Err(DumpError::Form);
    }
    let mut row = Vec::with_capacity(nulls.len());
    for null in nulls {
        let mut tag = [0];
        input.read_exact(&mut tag)?;
        row.push(match tag[0] {
            0 => null.clone(),
            1 => Value::Int(Some(i64::from_be_bytes(eight(input)?))),
            2 => Value::Real(Some(f64::from_be_bytes(eight(input)?))),
            3 => Value::Text(Some(String::from_utf8(bytes(input)?).map_err(|_| DumpError::Form)?)),
            4 => Value::Bytes(Some(bytes(input)?)),
            _ => return Err(DumpError::Form),
        });
    }
    Ok(Some(row))
}

/// Whether there is more; a stream that ends within the first bytes of a row is cut.
fn starts(input: &mut (dyn Read + Send), first: &mut [u8; 2]) -> Result<bool, DumpError> {
    let mut one = [0];
    loop {
        match input.read(&mut one) {
            Ok(0) => return Ok(false),
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    first[0] = one[0];
    input.read_exact(&mut first[1..])?;
    Ok(true)
}

fn eight(input: &mut (dyn Read + Send)) -> Result<[u8; 8], DumpError> {
    let mut bytes = [0; 8];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn bytes(input: &mut (dyn Read + Send)) -> Result<Vec<u8>, DumpError> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > MAX_COLUMN {
        return Err(DumpError::Form);
    }
    // Grows with what comes, so that a wrong length costs no memory.
    let mut bytes = Vec::new();
    if input.take(length.into()).read_to_end(&mut bytes)? < length as usize {
        return Err(DumpError::Form);
    }
    Ok(bytes)
}

fn sqlite_row(row: &SqliteRow) -> Result<Vec<Value>, DumpError> {
    (0..row.len())
        .map(|at| {
            let raw = row.try_get_raw(at)?;
            let name = raw.type_info().name().to_owned();
            Ok(match (raw.is_null(), name.as_str()) {
                (true, _) => Value::Int(None),
                (_, "INTEGER") => Value::Int(row.try_get(at)?),
                (_, "REAL") => Value::Real(row.try_get(at)?),
                (_, "TEXT") => Value::Text(row.try_get(at)?),
                (_, "BLOB") => Value::Bytes(row.try_get(at)?),
                _ => return Err(DumpError::Type(name)),
            })
        })
        .collect()
}

fn postgres_row(row: &PgRow) -> Result<Vec<Value>, DumpError> {
    row.columns()
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let is_null = row.try_get_raw(at)?.is_null();
            Ok(match (is_null, column.type_info().name()) {
                (true, _) => Value::Int(None),
                (_, "INT8") => Value::Int(row.try_get(at)?),
                (_, "FLOAT4") => Value::Real(Some(row.try_get::<f32, _>(at)?.into())),
                (_, "FLOAT8") => Value::Real(row.try_get(at)?),
                (_, "TEXT") => Value::Text(row.try_get(at)?),
                (_, "BYTEA") => Value::Bytes(row.try_get(at)?),
                (_, name) => return Err(DumpError::Type(name.into())),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_written() {
        let row = [
            Value::Int(Some(-7)),
            Value::Int(None),
            Value::Real(Some(0.5)),
            Value::Text(Some("한글".into())),
            Value::Bytes(Some(vec![0, 255])),
        ];
        let (mut written, nulls) = (Vec::new(), vec![Value::Text(None); 5]);
        encode(&row, &mut written);
        let read = decode(&mut &written[..], &nulls).expect("reads").expect("a row");
        let mut again = Vec::new();
        encode(&read, &mut again);
        assert_eq!(again, written);
        assert!(matches!(read[1], Value::Text(None)), "a null is its column's");
        for cut in 1..written.len() {
            assert!(decode(&mut &written[..cut], &nulls).is_err(), "cut at {cut}");
        }
        assert!(matches!(decode(&mut &written[..], &nulls[1..]), Err(DumpError::Form)));
    }
}

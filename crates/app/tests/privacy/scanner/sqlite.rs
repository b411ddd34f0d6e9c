//! Rows of a SQLite database that lies in memory as bytes, with its write-ahead log.

use super::Table;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Lengths in a write-ahead log: its head, and the head of each frame.
const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

/// Every row of every table, as the database stands and as it stood after each transaction that its log holds. Nothing
/// for bytes that are no database.
pub(super) async fn tables(name: &str, bytes: &[u8], log: &[u8]) -> Vec<Table> {
    if !bytes.starts_with(MAGIC) && log.is_empty() {
        return Vec::new();
    }
    let mut tables = Vec::new();
    let mut states: Vec<&[u8]> = commits(log).into_iter().map(|end| &log[..end]).collect();
    if states.is_empty() || bytes.starts_with(MAGIC) {
        states.insert(0, &[]);
    }
    // A copy: opening the original would fold its log into it.
    let folder = tempfile::tempdir().expect("a folder");
    let last = states.len() - 1;
    for (number, state) in states.into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.db"));
        std::fs::write(&path, bytes).expect("copied");
        std::fs::write(folder.path().join(format!("{number}.db-wal")), state).expect("copied");
        let when = if number == last { String::new() } else { format!(" (as it stood, {number})") };
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(false);
        // What is no database after all is searched as bytes alone.
        let Ok(mut conn) = options.connect().await else { continue };
        tables.extend(read(&format!("{name}{when}"), &mut conn).await.unwrap_or_default());
        conn.close().await.expect("closed");
    }
    tables
}

/// Where transactions end in a write-ahead log.
fn commits(log: &[u8]) -> Vec<usize> {
    let Some(head) = log.get(..LOG_HEAD) else { return Vec::new() };
    let word = |bytes: &[u8], at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let (page, salts) = (word(head, 8) as usize, &head[16..24]);
    let frames = log[LOG_HEAD..].chunks_exact(FRAME_HEAD + page).zip(1..);
    // Frames of an earlier run of the log have other salts.
    let current = frames.take_while(|(frame, _)| frame[8..16] == *salts);
    current.filter(|(frame, _)| word(frame, 4) != 0).map(|(_, n)| LOG_HEAD + n * (FRAME_HEAD + page)).collect()
}

async fn read(name: &str, conn: &mut SqliteConnection) -> sqlx::Result<Vec<Table>> {
    const TABLES: &str = "select name from sqlite_schema where type = 'table'";
    const COLUMNS: &str = "select name from pragma_table_info($1)";
    let mut tables = Vec::new();
    for table in sqlx::query_scalar::<_, String>(TABLES).fetch_all(&mut *conn).await? {
        let columns: Vec<String> = sqlx::query_scalar(COLUMNS).bind(&table).fetch_all(&mut *conn).await?;
        let list: Vec<String> = columns.iter().map(|column| format!("cast(\"{column}\" as blob)")).collect();
        let sql = format!("select {} from \"{table}\"", list.join(", "));
        // A virtual table of an extension that is not here is searched as bytes alone.
        let Ok(found) = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *conn).await else { continue };
        let value = |row: &sqlx::sqlite::SqliteRow, at: usize| row.try_get::<Option<Vec<u8>>, _>(at).ok().flatten();
        let rows = found.iter().map(|row| (0..columns.len()).map(|at| value(row, at)).collect()).collect();
        tables.push(Table { at: format!("{name}.{table}"), columns, rows });
    }
    Ok(tables)
}

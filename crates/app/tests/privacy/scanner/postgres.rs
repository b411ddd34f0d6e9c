//! Rows and files of a PostgreSQL database, as its operator reads them.

use super::Table;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

const NAMES: &str = "select table_name::text from information_schema.tables where table_schema = current_schema()";
const COLUMNS: &str = "select column_name::text, data_type = 'bytea' from information_schema.columns \
    where table_schema = current_schema() and table_name = $1 order by ordinal_position";
/// What the planner keeps of the columns: the values themselves, in hexadecimal where they are bytes.
const STATISTICS: &str = "select tablename || '.' || attname, \
    concat_ws(' ', most_common_vals::text, histogram_bounds::text, most_common_elems::text) \
    from pg_stats where schemaname = current_schema()";
const FILES: &str = "select 'base/' || d.oid || '/' || f.name from pg_database d, \
    lateral pg_ls_dir('base/' || d.oid) f (name) where d.datname = current_database() order by 1";
/// `true`: a file that is gone meanwhile is null.
const BYTES: &str = "select pg_read_binary_file($1, 0, 1 << 29, true)";

/// Every row of every table, and the planner's statistics as one more.
pub(crate) async fn tables(name: &str, url: &str) -> Vec<Table> {
    let mut conn = PgConnection::connect(url).await.expect("connects");
    let mut tables = Vec::new();
    for table in sqlx::query_scalar::<_, String>(NAMES).fetch_all(&mut conn).await.expect("listed") {
        let columns: Vec<(String, bool)> =
            sqlx::query_as(COLUMNS).bind(&table).fetch_all(&mut conn).await.expect("listed");
        let as_bytes = |(column, is_bytes): &(String, bool)| match is_bytes {
            true => format!("\"{column}\""),
            false => format!("convert_to(\"{column}\"::text, 'UTF8')"),
        };
        let list: Vec<String> = columns.iter().map(as_bytes).collect();
        let sql = format!("select {} from \"{table}\"", list.join(", "));
        let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut conn).await.expect("read");
        let rows = found.iter().map(|row| (0..columns.len()).map(|at| row.get(at)).collect()).collect();
        let columns = columns.into_iter().map(|(column, _)| column).collect();
        tables.push(Table { at: format!("{name}.{table}"), columns, rows });
    }
    let kept: Vec<(String, String)> = sqlx::query_as(STATISTICS).fetch_all(&mut conn).await.expect("read");
    let rows = kept.into_iter().map(|row| [row.0, row.1].map(|text| Some(text.into_bytes())).to_vec()).collect();
    let columns = ["of", "values"].map(str::to_owned).to_vec();
    tables.push(Table { at: format!("{name}.pg_stats"), columns, rows });
    conn.close().await.expect("closes");
    tables
}

/// Every file of the database, system tables included; `None` where this role may not read the server's files.
pub(super) async fn files(name: &str, url: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mut conn = PgConnection::connect(url).await.expect("connects");
    let paths = match sqlx::query_scalar::<_, String>(FILES).fetch_all(&mut conn).await {
        Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("42501") => return None,
        paths => paths.expect("listed"),
    };
    let mut files = Vec::new();
    for path in paths {
        let bytes: Option<Vec<u8>> = sqlx::query_scalar(BYTES).bind(&path).fetch_one(&mut conn).await.expect("read");
        files.extend(bytes.map(|bytes| (format!("{name}/{path}"), bytes)));
    }
    conn.close().await.expect("closes");
    Some(files)
}

/// What an operator does: `statements`, one at a time.
pub(crate) async fn operate(url: &str, statements: &[&'static str]) {
    let mut conn = PgConnection::connect(url).await.expect("connects");
    for sql in statements {
        conn.execute(*sql).await.expect("done");
    }
    conn.close().await.expect("closes");
}

/// A snapshot of a database: while it is held, the server keeps every row that it sees, deleted or not.
pub(crate) struct Snapshot(PgConnection);

impl Snapshot {
    pub(crate) async fn held(url: &str) -> Snapshot {
        let mut conn = PgConnection::connect(url).await.expect("connects");
        for sql in ["begin isolation level repeatable read", "select from keys"] {
            conn.execute(sql).await.expect("done");
        }
        Snapshot(conn)
    }

    pub(crate) async fn release(mut self) {
        self.0.execute("commit").await.expect("done");
        self.0.close().await.expect("closes");
    }
}

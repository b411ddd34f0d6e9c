//! The two databases behind one SQL text: values in, rows out.

use crate::DatabaseError;
use jiff::Timestamp;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Transaction, Type, postgres::PgRow, sqlite::SqliteRow};
use std::borrow::Cow;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A statement: one text, or two side by side where the engines differ.
#[derive(Clone, Copy)]
pub struct Sql {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

/// A parameter. Instants are microseconds.
#[derive(Clone)]
pub enum Value {
    /// A number, or an instant in microseconds.
    Int(Option<i64>),
    /// A fraction.
    Real(Option<f64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

macro_rules! values {
    ($($from:ty, $name:ident => $value:expr;)+) => {$(
        impl From<$from> for Value {
            fn from($name: $from) -> Self {
                $value
            }
        }
    )+};
}

values! {
    i64, n => Self::Int(Some(n));
    Option<i64>, n => Self::Int(n);
    u32, n => Self::Int(Some(n.into()));
    Timestamp, at => Self::Int(Some(at.as_microsecond()));
    Option<Timestamp>, at => Self::Int(at.map(Timestamp::as_microsecond));
    f32, x => Self::Real(Some(x.into()));
    &str, text => Self::Text(Some(text.into()));
    String, text => Self::Text(Some(text));
    Option<&str>, text => Self::Text(text.map(Into::into));
    Option<String>, text => Self::Text(text);
    Vec<u8>, bytes => Self::Bytes(Some(bytes));
    Option<Vec<u8>>, bytes => Self::Bytes(bytes);
    &[u8], bytes => Self::Bytes(Some(bytes.into()));
}

/// Parameters of one statement, in the order of `$1`, `$2`…
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

/// One row of an answer.
pub struct Row(RowOf);

pub(crate) enum RowOf {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column of either engine can be read as.
pub trait Column: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl<T> Column for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl Row {
    /// Reads the columns one after the other.
    pub fn columns(&self) -> Columns<'_> {
        Columns { row: self, next: 0 }
    }

    /// The first column.
    pub fn only<T: Column>(&self) -> Result<T, DatabaseError> {
        self.columns().take()
    }
}

/// The columns of a row, read from left to right.
pub struct Columns<'a> {
    row: &'a Row,
    next: usize,
}

impl Columns<'_> {
    /// The next column.
    pub fn take<T: Column>(&mut self) -> Result<T, DatabaseError> {
        let at = self.next;
        self.next += 1;
        Ok(match &self.row.0 {
            RowOf::Sqlite(row) => row.try_get(at)?,
            RowOf::Postgres(row) => row.try_get(at)?,
        })
    }

    /// The next column, an instant; `column` is its name in errors.
    pub fn instant(&mut self, column: &'static str) -> Result<Timestamp, DatabaseError> {
        Timestamp::from_microsecond(self.take()?).map_err(|_| DatabaseError::Unreadable { column })
    }

    /// As [`Columns::instant`], for one that may be absent.
    pub fn instant_or_none(&mut self, column: &'static str) -> Result<Option<Timestamp>, DatabaseError> {
        let micros: Option<i64> = self.take()?;
        micros.map(Timestamp::from_microsecond).transpose().map_err(|_| DatabaseError::Unreadable { column })
    }
}

/// One transaction on one engine; dropping it undoes what it wrote.
pub struct Conn {
    pub(crate) transactions: Transactions,
    /// What counts its commit, if it is for writing.
    counts: Option<Arc<AtomicU64>>,
}

impl Conn {
    pub(crate) fn reading(transactions: Transactions) -> Self {
        Self { transactions, counts: None }
    }

    pub(crate) fn writing(transactions: Transactions, counts: Arc<AtomicU64>) -> Self {
        Self { transactions, counts: Some(counts) }
    }
}

/// The transaction of each engine.
pub(crate) enum Transactions {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($text:expr, $args:expr) => {{
        let mut query = sqlx::query(sqlx::AssertSqlSafe($text));
        for value in $args {
            query = match value {
                Value::Int(v) => query.bind(v),
                Value::Real(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
            };
        }
        query
    }};
}
pub(crate) use bound;

pub(crate) fn all<R>(rows: Vec<R>, of: impl Fn(R) -> RowOf) -> Vec<Row> {
    rows.into_iter().map(|row| Row(of(row))).collect()
}

/// The most values an `in (..)` list holds in one statement.
const LIST: usize = 256;
/// Rows of a multi-row insert: few different sizes keep the cache of prepared statements small.
const ROWS: [usize; 3] = [32, 8, 1];

impl Conn {
    fn text(&self, sql: Sql) -> &'static str {
        match &self.transactions {
            Transactions::Sqlite(_) => sql.sqlite,
            Transactions::Postgres(_) => sql.postgres,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.transactions, Transactions::Postgres(_))
    }

    pub(crate) async fn fetch(&mut self, text: Cow<'static, str>, args: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        refuse_nul(&args)?;
        Ok(match &mut self.transactions {
            Transactions::Sqlite(tx) => all(bound!(text, args).fetch_all(&mut **tx).await?, RowOf::Sqlite),
            Transactions::Postgres(tx) => all(bound!(text, args).fetch_all(&mut **tx).await?, RowOf::Postgres),
        })
    }

    /// Makes everything that was written visible at once. Dropping the transaction instead undoes it.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        // A task of its own: whoever waits may go away, and what is committed then has to be counted all the same.
        let committing = async move {
            let committed = match self.transactions {
                Transactions::Sqlite(tx) => tx.commit().await,
                Transactions::Postgres(tx) => tx.commit().await,
            };
            // One that failed may have been made all the same.
            if let Some(counts) = self.counts {
                counts.fetch_add(1, Ordering::SeqCst);
            }
            committed
        };
        match tokio::spawn(committing).await {
            Ok(committed) => Ok(committed?),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// All rows of an answer; every caller bounds them by `limit` or by what it asks for.
    pub async fn rows(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        let text = self.text(sql.into());
        self.fetch(text.into(), args).await
    }

    /// The first row, if any.
    pub async fn row(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<Option<Row>, DatabaseError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Runs a statement without an answer; how many rows it touched.
    pub async fn run(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<u64, DatabaseError> {
        let text = self.text(sql.into());
        self.execute(text.into(), args).await
    }

    async fn execute(&mut self, text: Cow<'static, str>, args: Vec<Value>) -> Result<u64, DatabaseError> {
        refuse_nul(&args)?;
        Ok(match &mut self.transactions {
            Transactions::Sqlite(tx) => bound!(text, args).execute(&mut **tx).await?.rows_affected(),
            Transactions::Postgres(tx) => bound!(text, args).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// A statement with `in (..)` for a list of any length; `args` come before the list.
    pub async fn rows_in(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let text = self.text(sql.into());
        let mut rows = Vec::new();
        for (text, all) in in_lists(text, &args, &list) {
            rows.extend(self.fetch(text.into(), all).await?);
        }
        Ok(rows)
    }

    /// As [`Conn::rows_in`], without an answer.
    pub async fn run_in(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<u64, DatabaseError> {
        let text = self.text(sql.into());
        let mut touched = 0;
        for (text, all) in in_lists(text, &args, &list) {
            touched += self.execute(text.into(), all).await?;
        }
        Ok(touched)
    }

    /// An insert with `values (..)` for many rows at once; with `returning`, their answers.
    pub async fn insert(&mut self, sql: impl Into<Sql>, inserted: Vec<Vec<Value>>) -> Result<Vec<Row>, DatabaseError> {
        let text = self.text(sql.into());
        self.insert_owned(text, inserted).await
    }

    /// As [`Conn::insert`], for a text that was put together.
    pub(crate) async fn insert_owned(
        &mut self,
        text: &str,
        mut inserted: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let mut answers = Vec::new();
        while let Some(first) = inserted.first() {
            let columns = first.len();
            let count = ROWS.into_iter().find(|n| *n <= inserted.len()).unwrap_or(1);
            let args: Vec<Value> = inserted.drain(..count).flatten().collect();
            let rows: Vec<String> = (0..count).map(|row| parameters(row * columns + 1, columns)).collect();
            answers.extend(self.fetch(text.replacen("(..)", &rows.join(", "), 1).into(), args).await?);
        }
        Ok(answers)
    }
}

/// `($first, …)`, `count` of them.
fn parameters(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    format!("({})", names.join(", "))
}

/// The statements that `in (..)` stands for. Lists are padded with their last value to a power of two, so that
/// a handful of texts serves every length.
pub(crate) fn in_lists(text: &'static str, args: &[Value], list: &[Value]) -> Vec<(String, Vec<Value>)> {
    list.chunks(LIST)
        .map(|chunk| {
            let padded = chunk.len().next_power_of_two();
            let values = chunk.iter().chain(std::iter::repeat(&chunk[chunk.len() - 1])).take(padded);
            let all = args.iter().chain(values).cloned().collect();
            (text.replacen("(..)", &parameters(args.len() + 1, padded), 1), all)
        })
        .collect()
}

pub(crate) fn refuse_nul(args: &[Value]) -> Result<(), DatabaseError> {
    let nul = |value: &Value| matches!(value, Value::Text(Some(text)) if text.contains('\0'));
    if args.iter().any(nul) { Err(DatabaseError::Nul) } else { Ok(()) }
}

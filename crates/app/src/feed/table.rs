//! Rows of separated values, with their line numbers, under a limit.
//!
//! A reader of our own rather than the `csv` crate's: a row must be refused at its limit without being held, a
//! quote that never closes must cost one row and not the file, and the line of each row must be exact.

use super::text::Text;
use std::io;

/// A row as it stands in the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Where it starts, from 1.
    pub(super) line: u64,
    /// Its values.
    pub(super) values: Vec<String>,
    /// What is wrong with it as a row, if anything.
    pub(super) fault: Option<Fault>,
}

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    TooLong,
    TooManyColumns,
    OpenQuote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside quotes: a second one is a quote, anything else ends the quotes.
    QuoteSeen,
}

/// Takes one byte of a row into its values.
fn step(state: State, byte: u8, delimiter: u8, bytes: &mut Vec<u8>, ends: &mut Vec<usize>) -> State {
    match (state, byte) {
        (State::Quoted, b'"') => State::QuoteSeen,
        (State::FieldStart, b'"') => State::Quoted,
        (State::Quoted, _) | (State::QuoteSeen, b'"') => {
            bytes.push(byte);
            State::Quoted
        }
        (_, byte) if byte == delimiter => {
            ends.push(bytes.len());
            State::FieldStart
        }
        (_, byte) => {
            bytes.push(byte);
            State::Plain
        }
    }
}

/// Reads records.
pub(super) struct Table<'a> {
    pub(super) text: Text<'a>,
    delimiter: u8,
    line: u64,
    row_bytes: usize,
    columns: usize,
    after_return: bool,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Table<'a> {
    pub(super) fn new(text: Text<'a>, delimiter: u8, row_bytes: usize, columns: usize) -> Self {
        Self { text, delimiter, line: 1, row_bytes, columns, after_return: false, bytes: Vec::new(), ends: Vec::new() }
    }

    /// The line that is read next.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How much memory the current row holds.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<usize>()
    }

    /// The next record that is not an empty line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        loop {
            let Some(record) = self.read()? else { return Ok(None) };
            let blank =
                record.fault.is_none() && record.values.len() <= 1 && record.values.iter().all(String::is_empty);
            if !blank {
                return Ok(Some(record));
            }
        }
    }

    fn read(&mut self) -> io::Result<Option<Record>> {
        self.bytes.clear();
        self.ends.clear();
        let mut state = State::FieldStart;
        let mut fault = None;
        let mut size = 0usize;
        let mut any = false;
        let mut first_line = self.line;
        loop {
            let block = self.text.block()?;
            if block.is_empty() {
                if !any {
                    return Ok(None);
                }
                if state == State::Quoted {
                    fault = Some(Fault::OpenQuote);
                }
                self.ends.push(self.bytes.len());
                return Ok(Some(self.record(first_line, fault)));
            }
            let mut used = 0;
            let mut done = false;
            for &byte in block {
                used += 1;
                if byte == b'\n' && self.after_return && !any {
                    // The second half of a line end that the last record counted.
                    self.after_return = false;
                    continue;
                }
                let follows_return = std::mem::replace(&mut self.after_return, byte == b'\r');
                if !any {
                    first_line = self.line;
                    any = true;
                }
                if byte == b'\r' || (byte == b'\n' && !follows_return) {
                    self.line += 1;
                }
                size += 1;
                if size > self.row_bytes && fault.is_none() {
                    fault = Some(if state == State::Quoted { Fault::OpenQuote } else { Fault::TooLong });
                    self.bytes.truncate(80);
                    self.ends.clear();
                }
                let over = fault.is_some();
                let ends_row = matches!(byte, b'\n' | b'\r') && (state != State::Quoted || over);
                if ends_row {
                    done = true;
                    break;
                }
                if over {
                    continue;
                }
                state = step(state, byte, self.delimiter, &mut self.bytes, &mut self.ends);
                if self.ends.len() >= self.columns {
                    fault = Some(Fault::TooManyColumns);
                }
            }
            self.text.consume(used);
            if done {
                self.ends.push(self.bytes.len());
                return Ok(Some(self.record(first_line, fault)));
            }
        }
    }

    fn record(&self, line: u64, fault: Option<Fault>) -> Record {
        let mut from = 0;
        let values = self
            .ends
            .iter()
            .map(|&end| {
                let value = String::from_utf8_lossy(&self.bytes[from..end]).into_owned();
                from = end;
                value
            })
            .collect();
        Record { line, values, fault }
    }
}

/// The delimiter of a header: whichever of `,` `;` tab occurs most outside quotes in the first line.
pub(super) fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                if counts.iter().any(|(_, count)| *count > 0) {
                    break;
                }
            }
            _ if quoted => {}
            _ => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(byte == *delimiter);
                }
            }
        }
    }
    let most = counts.iter().map(|c| c.1).max().unwrap_or(0);
    counts.iter().find(|c| c.1 == most).map_or(b',', |c| c.0)
}

//! One JSON object a line.

use super::text::Text;
use crate::{Refusal, RefusalCode};
use serde_json::Value;
use std::io;

/// A value of an object, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) values: Vec<String>,
    /// Whether it was an array, whose members need no splitting.
    pub(super) is_list: bool,
}

/// An object: its keys in order, each with its value; an object inside is flattened once as `outer.inner`.
pub(super) type Object = Vec<(String, Texts)>;

/// A line that is not an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadLine {
    /// The start of the line.
    pub(super) value: String,
    /// What is wrong.
    pub(super) refusal: Refusal,
}

/// Reads objects.
pub(super) struct Lines<'a> {
    pub(super) text: Text<'a>,
    line: u64,
    row_bytes: usize,
    buffer: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: Text<'a>, row_bytes: usize) -> Self {
        Self { text, line: 0, row_bytes, buffer: Vec::new() }
    }

    /// The line that was read last.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next line that is not blank, with its number; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Result<Object, BadLine>)>> {
        loop {
            self.buffer.clear();
            let mut size = 0;
            let mut ended = false;
            loop {
                let block = self.text.block()?;
                if block.is_empty() {
                    ended = true;
                    break;
                }
                let end = block.iter().position(|b| *b == b'\n');
                let part = &block[..end.unwrap_or(block.len())];
                size += part.len();
                let room = (self.row_bytes + 1).saturating_sub(self.buffer.len());
                self.buffer.extend_from_slice(&part[..part.len().min(room)]);
                let used = part.len() + usize::from(end.is_some());
                self.text.consume(used);
                if end.is_some() {
                    break;
                }
            }
            if ended && size == 0 {
                return Ok(None);
            }
            self.line += 1;
            let text = String::from_utf8_lossy(&self.buffer);
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let start = || text.chars().take(80).collect();
            let read = if size > self.row_bytes {
                let said = format!("the line has more than {} bytes; split or shorten it", self.row_bytes);
                Err(BadLine { value: start(), refusal: Refusal::with(RefusalCode::RowTooLong, self.row_bytes, said) })
            } else {
                object(text).map_err(|refusal| BadLine { value: start(), refusal })
            };
            return Ok(Some((self.line, read)));
        }
    }
}

fn object(text: &str) -> Result<Object, Refusal> {
    // Positions of the parser are within the line, so only the column is of use.
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let said = format!("not JSON at column {}; write one object a line", error.column());
        Refusal::with(RefusalCode::NotJson, error.column(), said)
    })?;
    let Value::Object(map) = value else {
        return Err(Refusal::new(RefusalCode::NotObject, "not an object; write `{\"sku\": …}` a line"));
    };
    let mut object = Object::with_capacity(map.len());
    for (key, value) in map {
        match value {
            Value::Object(inner) => {
                object.extend(inner.into_iter().map(|(k, v)| (format!("{key}.{k}"), member(v))));
            }
            value => object.push((key, member(value))),
        }
    }
    Ok(object)
}

fn member(value: Value) -> Texts {
    Texts { is_list: value.is_array(), values: texts(value) }
}

fn texts(value: Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text],
        Value::Array(values) => values.into_iter().flat_map(texts).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}

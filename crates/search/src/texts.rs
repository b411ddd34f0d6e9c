//! The words: an inverted index on disk (the tantivy library), scored here (BM25, Robertson & Zaragoza 2009).
//!
//! Scoring is done here and not by the library for three reasons. Its statistics count what is deleted until a
//! merge, so that two indices with the same products would rank differently; a match may come from a whole
//! word, from pairs of syllables or from a tag; and facets need every match anyway.

use std::{path::Path, sync::Arc};

use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term,
    index::SegmentId,
    indexer::{LogMergePolicy, NoMergePolicy},
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{PreTokenizedString, Token},
};
use vestry_model::ProductId;

use crate::{IndexError, rows::DEAD, state::State, tokens::Terms};

/// Whole words of the title.
pub(crate) const TITLE: usize = 0;
/// Whole words of tags and description.
pub(crate) const TEXT: usize = 1;
/// Pairs of syllables.
pub(crate) const PAIRS: usize = 2;

/// The writing side.
pub(crate) struct TextsWriter {
    fields: Fields,
    index: Index,
    writer: Option<IndexWriter>,
    reader: IndexReader,
    heap_bytes: usize,
}

#[derive(Clone, Copy)]
struct Fields {
    product: Field,
    terms: [Field; 3],
}

/// The reading side: one commit, with the slot of each document.
pub(crate) struct View {
    searcher: Searcher,
    segments: Vec<Arc<SegmentSlots>>,
    fields: Fields,
}

struct SegmentSlots {
    id: SegmentId,
    slots: Vec<u32>,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::WithFreqs);
    let options = TextOptions::default().set_indexing_options(indexing);
    let product = builder.add_i64_field("product", INDEXED | FAST);
    let terms = ["title", "text", "pairs"].map(|name| builder.add_text_field(name, options.clone()));
    (builder.build(), Fields { product, terms })
}

fn tokenized(words: &[String]) -> PreTokenizedString {
    let tokens = words
        .iter()
        .map(|word| Token { offset_from: 0, offset_to: 0, position: 0, text: word.clone(), position_length: 1 })
        .collect();
    PreTokenizedString { text: String::new(), tokens }
}

impl TextsWriter {
    pub(crate) fn create(dir: &Path, heap_bytes: usize) -> Result<Self, IndexError> {
        let (schema, fields) = schema();
        Self::with(Index::create_in_dir(dir, schema)?, fields, heap_bytes)
    }

    pub(crate) fn open(dir: &Path, heap_bytes: usize) -> Result<Self, IndexError> {
        let (schema, fields) = schema();
        let index = Index::open_in_dir(dir)?;
        if index.schema() != schema {
            return Err(tantivy::TantivyError::SchemaError("another version's schema".into()).into());
        }
        Self::with(index, fields, heap_bytes)
    }

    fn with(index: Index, fields: Fields, heap_bytes: usize) -> Result<Self, IndexError> {
        let writer = Some(Self::writer(&index, heap_bytes)?);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { fields, index, writer, reader, heap_bytes })
    }

    fn writer(index: &Index, heap_bytes: usize) -> Result<IndexWriter, IndexError> {
        let writer: IndexWriter = index.writer_with_num_threads(1, heap_bytes)?;
        let mut policy = LogMergePolicy::default();
        // Small commits are many: without this each would stay a segment for long, and every query opens each.
        policy.set_min_num_segments(6);
        policy.set_min_layer_size(1_000);
        policy.set_del_docs_ratio_before_merge(0.2);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    fn open_writer(&self) -> &IndexWriter {
        self.writer.as_ref().expect("only `purge` takes the writer away, and puts one back")
    }

    /// What the last commit said of itself.
    pub(crate) fn sequence(&self) -> Result<u64, IndexError> {
        Ok(self.index.load_metas()?.payload.and_then(|p| p.parse().ok()).unwrap_or(0))
    }

    pub(crate) fn put(&self, product: ProductId, tokens: &Terms) -> Result<(), IndexError> {
        self.remove(product);
        let mut document = TantivyDocument::default();
        document.add_i64(self.fields.product, product.get());
        for (field, words) in self.fields.terms.into_iter().zip([&tokens.title, &tokens.text, &tokens.pairs]) {
            if !words.is_empty() {
                document.add_pre_tokenized_text(field, tokenized(words));
            }
        }
        self.open_writer().add_document(document)?;
        Ok(())
    }

    pub(crate) fn remove(&self, product: ProductId) {
        self.open_writer().delete_term(Term::from_field_i64(self.fields.product, product.get()));
    }

    /// Makes what was put durable, under the highest sequence it contains.
    pub(crate) fn commit(&mut self, sequence: u64) -> Result<(), IndexError> {
        let writer = self.writer.as_mut().expect("only `purge` takes the writer away, and puts one back");
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&sequence.to_string());
        commit.commit()?;
        Ok(())
    }

    /// The newest commit, for searches; `older` lends what it already worked out.
    pub(crate) fn view(&self, state: &State, older: Option<&View>) -> Result<View, IndexError> {
        self.reader.reload()?;
        let searcher = self.reader.searcher();
        let mut segments = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            if let Some(known) = older.and_then(|o| o.segments.iter().find(|s| s.id == id)) {
                segments.push(known.clone());
                continue;
            }
            let products = segment.fast_fields().i64("product")?.first_or_default_col(0);
            let slots = (0..segment.max_doc())
                .map(|doc| state.slot_of(ProductId::from_row(products.get_val(doc))).unwrap_or(DEAD))
                .collect();
            segments.push(Arc::new(SegmentSlots { id, slots }));
        }
        Ok(View { searcher, segments, fields: self.fields })
    }

    /// Begins a new writer after a failure; what was not committed is dropped.
    pub(crate) fn start_over(&mut self) -> Result<(), IndexError> {
        self.finish();
        self.writer = Some(Self::writer(&self.index, self.heap_bytes)?);
        Ok(())
    }

    /// Ends the writer and waits for its merges: they must not write on when the folder has another owner.
    fn finish(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.set_merge_policy(Box::new(NoMergePolicy));
            if let Err(error) = writer.wait_merging_threads() {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a merge of the word index failed; it is tried again"
                );
            }
        }
    }

    /// Whether every file is as it was written; the error names those that are not.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.index.validate_checksum() {
            Ok(damaged) if damaged.is_empty() => Ok(()),
            Ok(damaged) => Err(format!("words: damaged: {damaged:?}")),
            Err(error) => Err(format!("words: {error}")),
        }
    }

    /// Rewrites all segments into one when any holds a deleted document.
    pub(crate) fn purge(&mut self, sequence: u64) -> Result<(), IndexError> {
        self.commit(sequence)?;
        self.finish();
        let mut writer = Self::writer(&self.index, self.heap_bytes)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let metas = self.index.searchable_segment_metas()?;
        if metas.iter().any(|m| m.has_deletes()) {
            let ids: Vec<SegmentId> = metas.iter().map(|m| m.id()).collect();
            writer.merge(&ids).wait()?;
        }
        writer.wait_merging_threads()?;
        self.writer = Some(Self::writer(&self.index, self.heap_bytes)?);
        Ok(())
    }

    /// Drops the files that no commit and no reader needs.
    pub(crate) fn collect(&mut self, sequence: u64) -> Result<(), IndexError> {
        self.commit(sequence)?;
        self.open_writer().garbage_collect_files().wait()?;
        Ok(())
    }
}

impl Drop for TextsWriter {
    fn drop(&mut self) {
        self.finish();
    }
}

impl View {
    /// Calls `each` with slot and frequency of every live document that has `term` in field `field`.
    pub(crate) fn postings(&self, field: usize, term: &str, out: &mut Vec<(u32, u32)>) -> Result<(), IndexError> {
        let term = Term::from_field_text(self.fields.terms[field], term);
        for (reader, known) in self.searcher.segment_readers().iter().zip(&self.segments) {
            let inverted = reader.inverted_index(self.fields.terms[field])?;
            let Some(info) = inverted.get_term_info(&term).map_err(tantivy::TantivyError::from)? else { continue };
            let mut block = inverted
                .read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)
                .map_err(tantivy::TantivyError::from)?;
            let alive = reader.alive_bitset();
            while block.block_len() > 0 {
                for (doc, frequency) in block.docs().iter().zip(block.freqs()) {
                    let slot = known.slots[*doc as usize];
                    if slot != DEAD && alive.is_none_or(|alive| alive.is_alive(*doc)) {
                        out.push((slot, *frequency));
                    }
                }
                block.advance();
            }
        }
        Ok(())
    }
}

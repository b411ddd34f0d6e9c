//! The only SQL: catalogue, tags, vectors, outbox and jobs on SQLite or PostgreSQL; objects on disk.

-- By what a page says it in its reader's language; absent from what was written before.
alter table job_errors add column code text;
alter table job_errors add column place text;
alter table job_errors add column number bigint;
alter table jobs add column error_code text;

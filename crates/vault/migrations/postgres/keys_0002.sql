-- Under which random id a visitor's deeds stand elsewhere. Like a key it is in no backup of data: without it nothing leads back.
create table visitors (
    hash bytea primary key,
    visitor bytea not null,
    tombstone bytea not null unique
);

-- Under which random id a visitor's deeds stand elsewhere. Like a key it is in no backup of data: without it nothing leads back.
create table visitors (
    hash blob primary key,
    visitor blob not null,
    tombstone blob not null unique
) strict, without rowid;

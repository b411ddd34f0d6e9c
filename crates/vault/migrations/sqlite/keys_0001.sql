create table settings (
    name text primary key,
    value blob not null
) strict;

create table keys (
    tombstone blob primary key,
    store integer not null,
    wrapped blob not null
) strict, without rowid;

create table tombstones (
    tombstone blob primary key
) strict, without rowid;

create table generations (
    place text not null,
    sequence integer not null,
    file text not null,
    written integer not null,
    primary key (place, sequence)
) strict, without rowid;

create table epochs (
    id integer primary key check (id = 1),
    epoch integer not null
) strict;

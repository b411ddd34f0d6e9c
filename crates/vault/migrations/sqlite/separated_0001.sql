create table settings (
    name text primary key,
    value blob not null
) strict;

create table items (
    person blob not null,
    record blob not null,
    item text not null,
    key blob not null,
    revision integer not null,
    sealed blob not null,
    primary key (person, record, item)
) strict, without rowid;

create table days (
    class text not null,
    day text not null,
    key blob not null,
    records integer not null,
    primary key (class, day)
) strict, without rowid;

create table day_rows (
    id integer primary key,
    record blob not null,
    class text not null,
    day text not null,
    person blob,
    key blob not null,
    sealed blob not null
) strict;
create index day_rows_by_day on day_rows (class, day);
create index day_rows_by_person on day_rows (person);

create table rejoin (
    month integer not null,
    hash blob not null,
    subject blob not null,
    ends integer not null,
    primary key (month, hash)
) strict, without rowid;

create table rejoin_keys (
    month integer primary key,
    key blob not null
) strict;

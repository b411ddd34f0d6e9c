create table settings (
    name text primary key,
    value blob not null
) strict;

create table persons (
    id blob primary key,
    organisation integer,
    state text not null check (state in ('none', 'active', 'dormant', 'ended')),
    since integer not null,
    notified integer,
    chosen text,
    objected integer not null,
    revision integer not null
) strict, without rowid;

create table consents (
    person blob not null references persons (id) on delete cascade,
    purpose text not null,
    given integer not null,
    withdrawn integer,
    primary key (person, purpose)
) strict, without rowid;

create table records (
    person blob not null references persons (id) on delete cascade,
    id blob not null,
    class text not null,
    stored text not null check (stored in ('live', 'separated')),
    events text not null,
    primary key (person, id)
) strict, without rowid;
create unique index records_by_id on records (id);

create table items (
    person blob not null,
    record blob not null,
    item text not null,
    key blob not null,
    revision integer not null,
    sealed blob not null,
    primary key (person, record, item),
    foreign key (person, record) references records (person, id) on delete cascade
) strict, without rowid;

create table holds (
    subject blob primary key,
    reason text not null,
    placed integer not null
) strict, without rowid;

create table lookups (
    hash blob primary key,
    person blob not null references persons (id) on delete cascade
) strict, without rowid;
create index lookups_by_person on lookups (person);

create table dying (
    tombstone blob primary key
) strict, without rowid;

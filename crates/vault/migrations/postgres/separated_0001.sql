create table settings (
    name text primary key,
    value bytea not null
);

create table items (
    person bytea not null,
    record bytea not null,
    item text not null,
    key bytea not null,
    revision bigint not null,
    sealed bytea not null,
    primary key (person, record, item)
);

create table days (
    class text not null,
    day text not null,
    key bytea not null,
    records bigint not null,
    primary key (class, day)
);

create table day_rows (
    id bigint generated always as identity primary key,
    record bytea not null,
    class text not null,
    day text not null,
    person bytea,
    key bytea not null,
    sealed bytea not null
);
create index day_rows_by_day on day_rows (class, day);
create index day_rows_by_person on day_rows (person);

create table rejoin (
    month bigint not null,
    hash bytea not null,
    subject bytea not null,
    ends bigint not null,
    primary key (month, hash)
);

create table rejoin_keys (
    month bigint primary key,
    key bytea not null
);

-- The planner's statistics would keep ids, keys and what is sealed past their rows: of a table that was emptied they stay.
alter table settings alter column value set statistics 0;
alter table items
    alter column person set statistics 0,
    alter column record set statistics 0,
    alter column key set statistics 0,
    alter column sealed set statistics 0;
alter table days alter column key set statistics 0;
alter table day_rows
    alter column record set statistics 0,
    alter column person set statistics 0,
    alter column key set statistics 0,
    alter column sealed set statistics 0;
alter table rejoin
    alter column hash set statistics 0,
    alter column subject set statistics 0;
alter table rejoin_keys alter column key set statistics 0;

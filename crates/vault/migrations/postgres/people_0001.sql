create table settings (
    name text primary key,
    value bytea not null
);

create table persons (
    id bytea primary key,
    organisation bigint,
    state text not null check (state in ('none', 'active', 'dormant', 'ended')),
    since bigint not null,
    notified bigint,
    chosen text,
    objected bigint not null,
    revision bigint not null
);

create table consents (
    person bytea not null references persons (id) on delete cascade,
    purpose text not null,
    given bigint not null,
    withdrawn bigint,
    primary key (person, purpose)
);

create table records (
    person bytea not null references persons (id) on delete cascade,
    id bytea not null,
    class text not null,
    stored text not null check (stored in ('live', 'separated')),
    events text not null,
    primary key (person, id)
);
create unique index records_by_id on records (id);

create table items (
    person bytea not null,
    record bytea not null,
    item text not null,
    key bytea not null,
    revision bigint not null,
    sealed bytea not null,
    primary key (person, record, item),
    foreign key (person, record) references records (person, id) on delete cascade
);

create table holds (
    subject bytea primary key,
    reason text not null,
    placed bigint not null
);

create table lookups (
    hash bytea primary key,
    person bytea not null references persons (id) on delete cascade
);
create index lookups_by_person on lookups (person);

create table dying (
    tombstone bytea primary key
);

-- The planner's statistics would keep ids, keys and what is sealed past their rows: of a table that was emptied they stay.
alter table settings alter column value set statistics 0;
alter table persons alter column id set statistics 0;
alter table consents alter column person set statistics 0;
alter table records
    alter column person set statistics 0,
    alter column id set statistics 0;
alter table items
    alter column person set statistics 0,
    alter column record set statistics 0,
    alter column key set statistics 0,
    alter column sealed set statistics 0;
alter table holds alter column subject set statistics 0;
alter table lookups
    alter column hash set statistics 0,
    alter column person set statistics 0;
alter table dying alter column tombstone set statistics 0;

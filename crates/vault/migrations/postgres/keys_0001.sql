create table settings (
    name text primary key,
    value bytea not null
);

create table keys (
    tombstone bytea primary key,
    store bigint not null,
    wrapped bytea not null
);

create table tombstones (
    tombstone bytea primary key
);

create table generations (
    place text not null,
    sequence bigint not null,
    file text not null,
    written bigint not null,
    primary key (place, sequence)
);

create table epochs (
    id bigint primary key check (id = 1),
    epoch bigint not null
);

-- The planner's statistics would keep ids, keys and what is sealed past their rows: of a table that was emptied they stay.
alter table settings alter column value set statistics 0;
alter table keys
    alter column tombstone set statistics 0,
    alter column wrapped set statistics 0;
alter table tombstones alter column tombstone set statistics 0;

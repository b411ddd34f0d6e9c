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

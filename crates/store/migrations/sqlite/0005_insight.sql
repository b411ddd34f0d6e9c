-- What was counted, by the day. Nobody stands under any of it.

-- Searches of an organisation, and how many of them found nothing.
create table search_days (
    organisation integer not null references organisations (id) on delete cascade,
    day text not null,
    searches integer not null,
    empty integer not null,
    primary key (organisation, day)
) strict, without rowid;

-- Searches that asked for a value.
create table asked (
    organisation integer not null references organisations (id) on delete cascade,
    day text not null,
    attribute text not null,
    value text not null,
    searches integer not null,
    primary key (organisation, day, attribute, value)
) strict, without rowid;

-- Words that found nothing, once enough had asked for them.
create table unmet (
    organisation integer not null references organisations (id) on delete cascade,
    day text not null,
    words text not null,
    searches integer not null,
    primary key (organisation, day, words)
) strict, without rowid;

-- What a key asked.
create table key_days (
    key integer not null references api_keys (id) on delete cascade,
    day text not null,
    area text not null,
    requests integer not null,
    refused integer not null,
    failed integer not null,
    primary key (key, day, area)
) strict, without rowid;

-- Models that were made anew because somebody is forgotten: digests of what each was made of and of itself, before and after.
create table forgettings (
    sequence integer primary key autoincrement,
    organisation integer not null references organisations (id) on delete cascade,
    model text not null,
    version integer not null,
    manifest_before text not null,
    model_before text not null,
    manifest_after text,
    model_after text,
    at integer not null
) strict;
create index forgettings_of on forgettings (organisation, sequence);

-- What was counted, by the day. Nobody stands under any of it.

-- Searches of an organisation, and how many of them found nothing.
create table search_days (
    organisation bigint not null references organisations (id) on delete cascade,
    day text not null,
    searches bigint not null,
    empty bigint not null,
    primary key (organisation, day)
);

-- Searches that asked for a value.
create table asked (
    organisation bigint not null references organisations (id) on delete cascade,
    day text not null,
    attribute text not null,
    value text not null,
    searches bigint not null,
    primary key (organisation, day, attribute, value)
);

-- Words that found nothing, once enough had asked for them.
create table unmet (
    organisation bigint not null references organisations (id) on delete cascade,
    day text not null,
    words text not null,
    searches bigint not null,
    primary key (organisation, day, words)
);

-- What a key asked.
create table key_days (
    key bigint not null references api_keys (id) on delete cascade,
    day text not null,
    area text not null,
    requests bigint not null,
    refused bigint not null,
    failed bigint not null,
    primary key (key, day, area)
);

-- Models that were made anew because somebody is forgotten: digests of what each was made of and of itself, before and after.
create table forgettings (
    sequence bigint generated always as identity primary key,
    organisation bigint not null references organisations (id) on delete cascade,
    model text not null,
    version bigint not null,
    manifest_before text not null,
    model_before text not null,
    manifest_after text,
    model_after text,
    at bigint not null
);
create index forgettings_of on forgettings (organisation, sequence);

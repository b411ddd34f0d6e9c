-- A head that people taught and that was published: what it is made of, never its weights, which follow from that.
create table head_versions (
    id integer primary key autoincrement,
    organisation integer not null references organisations (id) on delete cascade,
    attribute text not null,
    shipped text not null,
    through integer not null,
    manifest text not null,
    model text not null,
    evidence text not null,
    who text not null,
    at integer not null,
    ended integer,
    because text check (because in ('rolled back', 'forgotten', 'superseded'))
) strict;
create index head_versions_standing on head_versions (organisation, attribute, id) where ended is null;

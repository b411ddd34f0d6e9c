-- A head that people taught and that was published: what it is made of, never its weights, which follow from that.
create table head_versions (
    id bigint generated always as identity primary key,
    organisation bigint not null references organisations (id) on delete cascade,
    attribute text collate "C" not null,
    shipped text not null,
    through bigint not null,
    manifest text not null,
    model text not null,
    evidence text not null,
    who text not null,
    at bigint not null,
    ended bigint,
    because text check (because in ('rolled back', 'forgotten', 'superseded'))
);
create index head_versions_standing on head_versions (organisation, attribute, id) where ended is null;

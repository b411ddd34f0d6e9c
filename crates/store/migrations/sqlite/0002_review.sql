-- An answer in the review, about one product or many at once: what one undo takes back.
create table review_steps (
    id integer primary key autoincrement,
    organisation integer not null references organisations (id) on delete cascade,
    who text not null,
    attribute text not null,
    product integer references products (id) on delete set null,
    asked text not null,
    answer text,
    at integer not null,
    undone integer
) strict;
create index review_steps_by_who on review_steps (organisation, who, id) where undone is null;
create index review_steps_by_product on review_steps (product);

-- What a step did to each tag: how it was before (all null where there was none) and what it became.
create table review_changes (
    step integer not null references review_steps (id) on delete cascade,
    product integer not null references products (id) on delete cascade,
    attribute text not null,
    value text not null,
    confidence real,
    source text,
    state text,
    image integer,
    changed integer,
    became text not null check (became in ('confirmed', 'rejected')),
    undone integer,
    primary key (step, product, attribute, value)
) strict;
create index review_changes_by_product on review_changes (product);

alter table corrections add column step integer references review_steps (id) on delete set null;
alter table corrections add column undone integer;
create index corrections_by_step on corrections (step) where step is not null;
create index tags_waiting on tags (state desc, confidence, product, attribute, value)
    where state in ('suggested', 'to_review');

-- An answer in the review, about one product or many at once: what one undo takes back.
create table review_steps (
    id bigint generated always as identity primary key,
    organisation bigint not null references organisations (id) on delete cascade,
    who text not null,
    attribute text collate "C" not null,
    product bigint references products (id) on delete set null,
    asked text collate "C" not null,
    answer text collate "C",
    at bigint not null,
    undone bigint
);
create index review_steps_by_who on review_steps (organisation, who, id) where undone is null;
create index review_steps_by_product on review_steps (product);

-- What a step did to each tag: how it was before (all null where there was none) and what it became.
create table review_changes (
    step bigint not null references review_steps (id) on delete cascade,
    product bigint not null references products (id) on delete cascade,
    attribute text collate "C" not null,
    value text collate "C" not null,
    confidence double precision,
    source text,
    state text,
    image bigint,
    changed bigint,
    became text not null check (became in ('confirmed', 'rejected')),
    undone bigint,
    primary key (step, product, attribute, value)
);
create index review_changes_by_product on review_changes (product);

alter table corrections add column step bigint references review_steps (id) on delete set null;
alter table corrections add column undone bigint;
create index corrections_by_step on corrections (step) where step is not null;
create index tags_waiting on tags (state desc, confidence, product, attribute, value)
    where state in ('suggested', 'to_review');

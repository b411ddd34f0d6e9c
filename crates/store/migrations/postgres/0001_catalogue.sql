create table organisations (
    id bigint generated always as identity primary key,
    name text not null,
    slug text collate "C" not null unique,
    created bigint not null
);

create table api_keys (
    id bigint generated always as identity primary key,
    organisation bigint not null references organisations (id) on delete cascade,
    kind text not null check (kind in ('publishable', 'secret')),
    name text not null,
    hash bytea not null unique,
    origins text not null,
    created bigint not null,
    revoked bigint,
    last_used bigint
);
create index api_keys_by_organisation on api_keys (organisation);

create table products (
    id bigint generated always as identity primary key,
    organisation bigint not null references organisations (id) on delete cascade,
    sku text collate "C" not null,
    title_ko text,
    title_en text,
    description_ko text,
    description_en text,
    brand text,
    price_hundredths bigint,
    currency text,
    group_id text,
    link text,
    own text not null,
    digest bytea not null,
    created bigint not null,
    changed bigint not null,
    unique (organisation, sku)
);
create index products_by_organisation on products (organisation, id);

create table images (
    id bigint generated always as identity primary key,
    organisation bigint not null references organisations (id) on delete cascade,
    product bigint not null references products (id) on delete cascade,
    position bigint not null,
    source text not null,
    source_digest bytea,
    object text,
    width bigint,
    height bigint,
    faces text not null default '[]',
    placeholder text,
    model text,
    colours text not null default '[]',
    failure text,
    created bigint not null,
    -- Last, so that reading the rest does not walk past them.
    look bytea,
    features bytea
);
create index images_by_product on images (product, position, id);
create index images_waiting on images (id) where object is null and failure is null;
create index images_by_model on images (model, id) where object is not null;

create table tags (
    product bigint not null references products (id) on delete cascade,
    attribute text collate "C" not null,
    value text collate "C" not null,
    confidence double precision not null,
    source text not null,
    state text not null check (state in ('suggested', 'to_review', 'confirmed', 'rejected')),
    image bigint references images (id) on delete set null,
    changed bigint not null,
    primary key (product, attribute, value)
);
create index tags_by_value on tags (attribute, value, state);
create index tags_to_review on tags (product) where state = 'to_review';
create index tags_by_image on tags (image) where image is not null;

create table corrections (
    sequence bigint generated always as identity primary key,
    product bigint not null references products (id) on delete cascade,
    attribute text not null,
    old_value text,
    new_value text,
    who text not null,
    at bigint not null
);
create index corrections_by_product on corrections (product, sequence);

create table outbox (
    sequence bigint generated always as identity primary key,
    organisation bigint not null,
    product bigint not null,
    kind text not null check (kind in ('changed', 'erased')),
    claimed_until bigint
);

create table doomed_objects (
    object text primary key
);

create table jobs (
    id bigint generated always as identity primary key,
    organisation bigint not null references organisations (id) on delete cascade,
    kind text not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    payload text not null,
    result text,
    done bigint not null default 0,
    total bigint,
    errors bigint not null default 0,
    attempts bigint not null default 0,
    run_after bigint not null,
    lease_until bigint,
    error text,
    created bigint not null,
    started bigint,
    finished bigint
);
create index jobs_open on jobs (id) where state in ('queued', 'running');
create index jobs_by_organisation on jobs (organisation, id);

create table job_errors (
    id bigint generated always as identity primary key,
    job bigint not null references jobs (id) on delete cascade,
    line bigint,
    value text not null,
    message text not null
);
create index job_errors_by_job on job_errors (job, id);

create table settings (
    key text primary key,
    value text not null
);

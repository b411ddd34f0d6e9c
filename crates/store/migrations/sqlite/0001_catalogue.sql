create table organisations (
    id integer primary key autoincrement,
    name text not null,
    slug text not null unique,
    created integer not null
) strict;

create table api_keys (
    id integer primary key autoincrement,
    organisation integer not null references organisations (id) on delete cascade,
    kind text not null check (kind in ('publishable', 'secret')),
    name text not null,
    hash blob not null unique,
    origins text not null,
    created integer not null,
    revoked integer,
    last_used integer
) strict;
create index api_keys_by_organisation on api_keys (organisation);

create table products (
    id integer primary key autoincrement,
    organisation integer not null references organisations (id) on delete cascade,
    sku text not null,
    title_ko text,
    title_en text,
    description_ko text,
    description_en text,
    brand text,
    price_hundredths integer,
    currency text,
    group_id text,
    link text,
    own text not null,
    digest blob not null,
    created integer not null,
    changed integer not null,
    unique (organisation, sku)
) strict;
create index products_by_organisation on products (organisation, id);

create table images (
    id integer primary key autoincrement,
    organisation integer not null references organisations (id) on delete cascade,
    product integer not null references products (id) on delete cascade,
    position integer not null,
    source text not null,
    source_digest blob,
    object text,
    width integer,
    height integer,
    faces text not null default '[]',
    placeholder text,
    model text,
    colours text not null default '[]',
    failure text,
    created integer not null,
    -- Last, so that reading the rest does not walk past them.
    look blob,
    features blob
) strict;
create index images_by_product on images (product, position, id);
create index images_waiting on images (id) where object is null and failure is null;
create index images_by_model on images (model, id) where object is not null;

create table tags (
    product integer not null references products (id) on delete cascade,
    attribute text not null,
    value text not null,
    confidence real not null,
    source text not null,
    state text not null check (state in ('suggested', 'to_review', 'confirmed', 'rejected')),
    image integer references images (id) on delete set null,
    changed integer not null,
    primary key (product, attribute, value)
) strict;
create index tags_by_value on tags (attribute, value, state);
create index tags_to_review on tags (product) where state = 'to_review';
create index tags_by_image on tags (image) where image is not null;

create table corrections (
    sequence integer primary key autoincrement,
    product integer not null references products (id) on delete cascade,
    attribute text not null,
    old_value text,
    new_value text,
    who text not null,
    at integer not null
) strict;
create index corrections_by_product on corrections (product, sequence);

create table outbox (
    sequence integer primary key autoincrement,
    organisation integer not null,
    product integer not null,
    kind text not null check (kind in ('changed', 'erased')),
    claimed_until integer
) strict;

create table doomed_objects (
    object text primary key
) strict;

create table jobs (
    id integer primary key autoincrement,
    organisation integer not null references organisations (id) on delete cascade,
    kind text not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    payload text not null,
    result text,
    done integer not null default 0,
    total integer,
    errors integer not null default 0,
    attempts integer not null default 0,
    run_after integer not null,
    lease_until integer,
    error text,
    created integer not null,
    started integer,
    finished integer
) strict;
create index jobs_open on jobs (id) where state in ('queued', 'running');
create index jobs_by_organisation on jobs (organisation, id);

create table job_errors (
    id integer primary key autoincrement,
    job integer not null references jobs (id) on delete cascade,
    line integer,
    value text not null,
    message text not null
) strict;
create index job_errors_by_job on job_errors (job, id);

create table settings (
    key text primary key,
    value text not null
) strict;

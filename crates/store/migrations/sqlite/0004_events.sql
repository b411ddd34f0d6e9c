-- What visitors of a shop did with goods, of each kind the last time. A visitor is a random id that leads to nobody by itself.
create table events (
    organisation integer not null references organisations (id) on delete cascade,
    visitor blob not null,
    product integer not null references products (id) on delete cascade,
    kind integer not null,
    at integer not null,
    primary key (organisation, visitor, product, kind)
) strict, without rowid;
create index events_product on events (product);
create index events_visitor on events (visitor);

-- A list that a search showed to a visitor, and what they chose from it.
create table shown (
    organisation integer not null references organisations (id) on delete cascade,
    visitor blob not null,
    search text not null,
    at integer not null,
    list blob not null,
    primary key (organisation, visitor, search)
) strict, without rowid;
create index shown_visitor on shown (visitor);
create table chosen (
    organisation integer not null,
    visitor blob not null,
    search text not null,
    product integer not null references products (id) on delete cascade,
    primary key (organisation, visitor, search, product),
    foreign key (organisation, visitor, search) references shown (organisation, visitor, search) on delete cascade
) strict, without rowid;
create index chosen_product on chosen (product);

-- How often any of it changed, for whoever keeps what follows from it.
create table event_changes (
    organisation integer primary key references organisations (id) on delete cascade,
    changes integer not null
) strict;

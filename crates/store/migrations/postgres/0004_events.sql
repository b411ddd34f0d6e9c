-- What visitors of a shop did with goods, of each kind the last time. A visitor is a random id that leads to nobody by itself.
create table events (
    organisation bigint not null references organisations (id) on delete cascade,
    visitor bytea not null,
    product bigint not null references products (id) on delete cascade,
    kind bigint not null,
    at bigint not null,
    primary key (organisation, visitor, product, kind)
);
create index events_product on events (product);
create index events_visitor on events (visitor);

-- A list that a search showed to a visitor, and what they chose from it.
create table shown (
    organisation bigint not null references organisations (id) on delete cascade,
    visitor bytea not null,
    search text not null,
    at bigint not null,
    list bytea not null,
    primary key (organisation, visitor, search)
);
create index shown_visitor on shown (visitor);
create table chosen (
    organisation bigint not null,
    visitor bytea not null,
    search text not null,
    product bigint not null references products (id) on delete cascade,
    primary key (organisation, visitor, search, product),
    foreign key (organisation, visitor, search) references shown (organisation, visitor, search) on delete cascade
);
create index chosen_product on chosen (product);

-- How often any of it changed, for whoever keeps what follows from it.
create table event_changes (
    organisation bigint primary key references organisations (id) on delete cascade,
    changes bigint not null
);

alter table persons add column role text;

create table sessions (
    token bytea primary key,
    person bytea not null references persons (id) on delete cascade,
    begun bigint not null,
    used bigint not null
);
create index sessions_by_person on sessions (person);

create table links (
    token bytea primary key,
    person bytea not null references persons (id) on delete cascade,
    what text not null,
    ends bigint not null
);
create index links_by_person on links (person);

create table attempts (
    subject bytea primary key,
    failures bigint not null,
    last bigint not null
);
create index attempts_by_last on attempts (last);

alter table sessions alter column token set statistics 0;
alter table sessions alter column person set statistics 0;
alter table links alter column token set statistics 0;
alter table links alter column person set statistics 0;
alter table attempts alter column subject set statistics 0;

alter table persons add column role text;

create table sessions (
    token blob primary key,
    person blob not null references persons (id) on delete cascade,
    begun integer not null,
    used integer not null
) strict, without rowid;
create index sessions_by_person on sessions (person);

create table links (
    token blob primary key,
    person blob not null references persons (id) on delete cascade,
    what text not null,
    ends integer not null
) strict, without rowid;
create index links_by_person on links (person);

create table attempts (
    subject blob primary key,
    failures integer not null,
    last integer not null
) strict, without rowid;
create index attempts_by_last on attempts (last);

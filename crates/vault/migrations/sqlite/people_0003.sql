create table policies (
    version text primary key,
    text text not null,
    posted integer
) strict, without rowid;

create table notices (
    id blob primary key,
    kind text not null check (kind in ('policy', 'transfer', 'advertisement')),
    body text not null,
    made integer not null,
    reached integer not null,
    told integer not null,
    sent integer not null,
    failed integer not null,
    ended integer,
    carried_out integer
) strict, without rowid;

alter table persons add column asks text;
alter table consents add column confirmed integer;

create index records_that_wait on records (class) where class in ('mail', 'letter', 'export');

alter table persons add column banned integer;

create table proposals (
    id blob primary key,
    act text not null,
    about blob not null,
    reason text not null,
    proposer blob not null references persons (id) on delete cascade,
    made integer not null
) strict, without rowid;
create index proposals_by_proposer on proposals (proposer);

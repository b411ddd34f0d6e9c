create table policies (
    version text primary key,
    text text not null,
    posted bigint
);

create table notices (
    id bytea primary key,
    kind text not null check (kind in ('policy', 'transfer', 'advertisement')),
    body text not null,
    made bigint not null,
    reached bigint not null,
    told bigint not null,
    sent bigint not null,
    failed bigint not null,
    ended bigint,
    carried_out bigint
);

alter table persons add column asks text;
alter table consents add column confirmed bigint;

create index records_that_wait on records (class) where class in ('mail', 'letter', 'export');

alter table persons add column banned bigint;

create table proposals (
    id bytea primary key,
    act text not null,
    about bytea not null,
    reason text not null,
    proposer bytea not null references persons (id) on delete cascade,
    made bigint not null
);
create index proposals_by_proposer on proposals (proposer);

alter table proposals alter column id set statistics 0;
alter table proposals alter column about set statistics 0;
alter table proposals alter column proposer set statistics 0;

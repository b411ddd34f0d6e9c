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

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

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

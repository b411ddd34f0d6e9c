create table challenges (
    token bytea primary key,
    person bytea references persons (id) on delete cascade,
    sealed bytea not null,
    ends bigint not null
);
create index challenges_by_person on challenges (person);
create index challenges_by_end on challenges (ends);

alter table challenges alter column token set statistics 0;
alter table challenges alter column person set statistics 0;
alter table challenges alter column sealed set statistics 0;

create table challenges (
    token blob primary key,
    person blob references persons (id) on delete cascade,
    sealed blob not null,
    ends integer not null
) strict, without rowid;
create index challenges_by_person on challenges (person);
create index challenges_by_end on challenges (ends);

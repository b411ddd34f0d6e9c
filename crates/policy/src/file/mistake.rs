//! What can be wrong with a policy file, closed, so that whoever shows it can say it in their reader's language.

macro_rules! wrongs {
    ($($(#[$doc:meta])* $name:ident, $says:literal;)+) => {
        /// What is wrong, then what to write instead. `$0`, `$1`… stand for the values of a [`Mistake`](crate::Mistake).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each is its sentence")]
        pub enum Wrong { $($(#[$doc])* $name),+ }

        impl Wrong {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The sentence in English.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says),+ }
            }
        }
    };
}

wrongs! {
    BadName, "`$0` is no name; write up to 40 of `a-z`, `0-9`, `_` and `-`";
    ByConsentAndRequired, "item `$0` is required but serves only what needs consent, which must be free; write `required = false` or name a purpose of the contract";
    Circle, "retention `$0` ends with itself; give one of the circle `starts` and `keep`";
    ClassServesNothing, "class `$0` is separated but serves nothing; write `serves` in its retention";
    ClassWithoutClock, "class `$0` has no clock; write `[retention.$0]` with `starts` and `keep`";
    ClassWithoutItem, "class `$0` holds no item; give one `class = \"$0\"` or remove it";
    EveryItemWithoutLaw, "only a law opens every item; write `basis = \"statute\"`, or list the purpose in its items";
    ItemOfOtherClass, "item `$0` is of class `$1`; list it under `also`";
    ItemOfThisClass, "item `$0` is of this class already; list it under `items`";
    ItemWithoutClock, "item `$0` has no clock; list it in a retention of its class";
    ItemWithoutPurpose, "item `$0` has no purpose; write `purposes = [\"…\"]`, or remove it";
    LawWithoutStatute, "a law is named, but the basis is none; write `basis = \"statute\"` or remove `law`";
    NoClause, "no clause `$0`; add `[clause.\"$0\"]` or name one of the file";
    NoDay, "`$0` is no day; write `2019-08-01`";
    NoDormancy, "regime `kr-2019` separates who stays away; write `[dormancy]`";
    NoItem, "no item `$0`; name items of this file";
    NoLook, "every look at personal data is kept for whom it is about; write `[class.look]` with its retention";
    NoMail, "whoever stays away is told by mail, which waits; write `[class.mail]` and `[item.mail]`";
    NoSuch, "no $0 `$1`; write one of $2";
    NoZone, "`$0` is not a time zone; write its name in the IANA table, such as `Asia/Seoul`";
    /// What reading says of a file that is not of the form that its kind has.
    NotRead, "$0";
    NoticeOfNoDays, "a notice of no days is none; write 1 or more";
    NoticeTooShort, "`notice_days = $0` is too short; write $1 or more";
    NotifiedTooLate, "`notify_days_before` must leave $0 full days; write $1 or more";
    PurposeWithoutBasis, "purpose `$0` has no basis; write `basis = \"contract\"`, `\"consent\"`, `\"statute\"` or `\"internal\"`";
    RetentionWithoutClock, "retention `$0` has no clock; write `starts = [\"…\"]` and `keep = \"…\"`, or `ends_with = \"…\"`";
    SmallCell, "a group of one is a person; write 2 or more";
    StatuteWithoutLaw, "a statute without its law; write `law = { ko = \"…\", en = \"…\" }`";
    TooLong, "longer than $0 bytes; nothing of the kind needs so many";
    TooMany, "more than $0 $1; merge some that always go together";
    TwoClocks, "two clocks: `ends_with` and `starts`; write one of them";
    UntilOfStatute, "`until` ends what a membership or a reason of our own holds, no statute; write `lives = \"membership\"`, or a retention that starts with it";
    WholeDays, "class `$0` goes by whole days, so it needs exactly one retention and `lives = \"separated\"`";
    WithdrawalAlone, "`withdrawal` is told by the membership and stands alone; write another retention for the rest";
}

/// `sentence` with `values` in the places of `$0`, `$1`…
pub(super) fn filled(sentence: &str, values: &[String]) -> String {
    let mut parts = sentence.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (place, rest) = part.split_at(1);
        let value = place.parse::<usize>().ok().and_then(|at| values.get(at));
        text.push_str(value.map_or("", String::as_str));
        text.push_str(rest);
    }
    text
}

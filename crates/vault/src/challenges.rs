//! Challenges that wait for their answer: for minutes, and good once in whichever process the answer comes to.
//!
//! What belongs to a challenge is sealed under a key that follows from its token. The token is held by whoever was asked
//! and stands here as a hash alone, so that no row opens without the answer to it. None of it is in a backup.

use crate::{Vault, committing::CommittingKey, error::VaultError, place::PersonId, secret::Secret};
use jiff::Timestamp;
use vestry_database::{Value, args};
use zeroize::Zeroizing;

const SEALED: &[u8] = b"vestry/1/sealed-challenge/";

/// By what a challenge is found and opened. Both follow from its token, and neither from the other.
pub struct ChallengeKey {
    /// The hash of the token.
    pub token: [u8; 32],
    /// The secret that the token gives to seal with.
    pub secret: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for ChallengeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChallengeKey([secret])")
    }
}

impl ChallengeKey {
    fn seal(&self) -> CommittingKey {
        CommittingKey::new(&Secret::copy_of(&self.secret).derive("vestry/1/challenge/seal", &[]))
    }

    fn place(&self) -> Vec<u8> {
        [SEALED, &self.token].concat()
    }
}

impl Vault {
    /// Keeps what belongs to a challenge until `ends`, and forgets those whose time is over. One that is put to a
    /// `person` is answered by them alone, and takes the place of an earlier one.
    pub async fn put_challenge(
        &self,
        key: &ChallengeKey,
        person: Option<PersonId>,
        state: &[u8],
        (now, ends): (Timestamp, Timestamp),
    ) -> Result<(), VaultError> {
        const OLD: &str = "delete from challenges where ends <= $1";
        const EARLIER: &str = "delete from challenges where person = $1";
        const PUT: &str = "insert into challenges (token, person, sealed, ends) values ($1, $2, $3, $4)";
        let whose = person.map_or(Value::Bytes(None), |person| person.value());
        let sealed = key.seal().seal(&key.place(), state, &[]).map_err(crate::SealError::from)?;
        let mut conn = self.people.begin().await?;
        conn.run(OLD, args![now]).await?;
        if let Some(person) = person {
            conn.run(EARLIER, args![person.value()]).await?;
        }
        conn.run(PUT, args![key.token.as_slice(), whose, sealed, ends]).await?;
        Ok(conn.commit().await?)
    }

    /// Spends a challenge; what belongs to it, unless it was spent, is too old, or was put to somebody else than `person`.
    pub async fn spend_challenge(
        &self,
        key: &ChallengeKey,
        person: Option<PersonId>,
        now: Timestamp,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        const SQL: &str = "delete from challenges where token = $1 and ends > $2 returning person, sealed";
        let mut conn = self.people.begin().await?;
        let row = conn.row(SQL, args![key.token.as_slice(), now]).await?;
        conn.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = row.columns();
        let put_to: Option<Vec<u8>> = columns.take()?;
        let sealed: Vec<u8> = columns.take()?;
        if put_to.map(PersonId::from_row).transpose()? != person {
            return Ok(None);
        }
        Ok(key.seal().open(&key.place(), &sealed))
    }
}

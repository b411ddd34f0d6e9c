//! Sessions that are asked for while the database is being asked: all of them are the next question. A server that others
//! write to as well is asked at every request, and answers thirty in little more time than one.

use crate::{error::VaultError, sessions::SessionOnFile};
use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, oneshot};

type Token = [u8; 32];
type Answer = Option<SessionOnFile>;

#[derive(Debug, Default)]
pub(crate) struct Together {
    waiting: Mutex<Vec<(Token, oneshot::Sender<Answer>)>>,
    /// Held by the one who asks.
    turn: Turn<()>,
}

impl Together {
    /// What `ask` says of `token`, asked after this was called: by this caller, who asks for all that wait, or by another.
    pub(crate) async fn ask<F: Future<Output = Result<HashMap<Token, SessionOnFile>, VaultError>>>(
        &self,
        token: Token,
        ask: impl Fn(Vec<Token>) -> F,
    ) -> Result<Answer, VaultError> {
        loop {
            let (tell, mut told) = oneshot::channel();
            self.waiting().push((token, tell));
            let turn = tokio::select! {
                biased;
                answer = &mut told => match answer {
                    Ok(answer) => return Ok(answer),
                    // Whoever asked was interrupted, or was told no more than that it failed.
                    Err(_) => continue,
                },
                turn = self.turn.lock() => turn,
            };
            // Who had the turn before may have asked for this one too.
            if let Ok(answer) = told.try_recv() {
                return Ok(answer);
            }
            let mut asked = mem::take(&mut *self.waiting());
            asked.retain(|(_, tell)| !tell.is_closed());
            let mut tokens: Vec<Token> = asked.iter().map(|(token, _)| *token).chain([token]).collect();
            tokens.sort_unstable();
            tokens.dedup();
            let answers = ask(tokens).await?;
            for (token, tell) in asked {
                // Who went away meanwhile is told nothing.
                let _gone = tell.send(answers.get(&token).copied());
            }
            drop(turn);
            return Ok(answers.get(&token).copied());
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<(Token, oneshot::Sender<Answer>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::PersonId;
    use jiff::Timestamp;
    use std::{
        pin::pin,
        sync::atomic::{AtomicU32, Ordering},
        task::{Context, Poll, Waker},
    };

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn session(of: u8) -> SessionOnFile {
        let person = PersonId::from_bytes([of; 16]);
        SessionOnFile { person, begun: START, used: START, organisation: None, role: None }
    }

    fn known(tokens: Vec<Token>) -> HashMap<Token, SessionOnFile> {
        tokens.into_iter().filter(|token| token[0] % 2 == 0).map(|token| (token, session(token[0]))).collect()
    }

    #[tokio::test]
    async fn who_comes_while_one_asks_is_asked_for_in_the_next_question() {
        let (together, questions) = (Together::default(), AtomicU32::new(0));
        let ask = |tokens| {
            questions.fetch_add(1, Ordering::Relaxed);
            async {
                tokio::task::yield_now().await;
                Ok(known(tokens))
            }
        };
        let one = async |of: u8| (of, together.ask([of; 32], &ask).await.expect("answered"));
        for (of, answer) in futures_util::future::join_all((0..40).map(one)).await {
            assert_eq!(answer, (of % 2 == 0).then(|| session(of)), "{of}");
        }
        assert_eq!(questions.load(Ordering::Relaxed), 2, "the first by itself, then all the others");
    }

    #[tokio::test]
    async fn who_waits_for_one_that_goes_away_or_fails_asks_anew() {
        let together = Together::default();
        let never = |_| std::future::pending();
        let well = async |tokens| Ok(known(tokens));
        let mut context = Context::from_waker(Waker::noop());
        {
            let mut first = pin!(together.ask([2; 32], never));
            assert!(first.as_mut().poll(&mut context).is_pending(), "it has the turn");
            let mut second = pin!(together.ask([4; 32], well));
            assert!(second.as_mut().poll(&mut context).is_pending(), "it waits");
        }
        let mut first = Box::pin(together.ask([2; 32], never));
        assert!(first.as_mut().poll(&mut context).is_pending());
        let mut second = pin!(together.ask([4; 32], well));
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert_eq!(second.await.expect("answered"), Some(session(4)), "whoever had the turn is gone");

        let fails = async |_| {
            tokio::task::yield_now().await;
            Err(VaultError::UnknownSubject)
        };
        let (failed, answered) = tokio::join!(together.ask([2; 32], fails), together.ask([4; 32], well));
        assert!(failed.is_err() && answered.expect("answered") == Some(session(4)));
        let Poll::Ready(answer) = pin!(together.ask([6; 32], well)).poll(&mut context) else { panic!("it waits") };
        assert_eq!(answer.expect("answered"), Some(session(6)), "nobody has the turn");
    }
}

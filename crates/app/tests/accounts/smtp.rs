//! Letters from the row that waits to a mail server that takes them, puts them off or refuses them.

use crate::{
    clock::FedClock,
    house::{House, Letter, PASSWORD, on_each_engine, personal, sign_up},
    server::{Answer, Server},
};
use std::time::Duration;
use tokio::time::Instant;
use vestry_app::{Both, Delivered, Leaving, MailConfig, PostOffice};

/// Settings that lead to `server`.
fn mail(server: &Server) -> MailConfig {
    MailConfig {
        host: server.at.ip().to_string(),
        port: server.at.port(),
        encryption: "none".into(),
        ..MailConfig::default()
    }
}

impl House {
    /// One round of posting to `server`.
    async fn post_to(&self, server: &Server) -> Delivered {
        let office = PostOffice::of(&mail(server), self.folder.path()).expect("settings");
        self.privacy.post_letters(&office).await.expect("posted")
    }
}

impl Server {
    /// The letters that it took.
    async fn taken(&self) -> Vec<Letter> {
        let seen = self.seen.lock().await;
        seen.letters.iter().map(|raw| Letter::of(std::str::from_utf8(raw).expect("ASCII"))).collect()
    }

    /// To whom it was asked to take one, also where it did not.
    async fn asked_for(&self) -> Vec<String> {
        let seen = self.seen.lock().await;
        let asked = seen.commands.iter().filter_map(|command| command.strip_prefix("RCPT TO:"));
        asked.map(|to| to.trim_matches(['<', '>']).to_owned()).collect()
    }
}

const NOTHING: Delivered = Delivered { sent: 0, refused: 0, waiting: 0 };

#[tokio::test]
async fn a_letter_that_waits_is_handed_over_once() {
    on_each_engine(async |house| {
        house.member("kim@shop.example").await;
        house.lets_a_letter_wait("kim@shop.example").await;
        let server = Server::start(&[]).await;
        assert_eq!(house.post_to(&server).await, Delivered { sent: 1, ..NOTHING });
        assert_eq!(house.post_to(&server).await, NOTHING);
        let taken = server.taken().await;
        assert!(taken.len() == 1 && taken[0].to == "kim@shop.example", "{taken:?}");
        assert!(taken[0].text.contains("Safari, iPhone"), "{taken:?}");
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_put_off_is_tried_again_and_holds_up_no_other() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        for mail in ["kim@shop.example", "lee@shop.example"] {
            house.lets_a_letter_wait(mail).await;
        }
        let server = Server::start(&[
            Answer::Recipient("450 4.2.1 mailbox busy"),
            Answer::Take,
            Answer::Letter("451 4.3.0 later"),
            Answer::HangUp,
        ])
        .await;
        assert_eq!(house.post_to(&server).await, Delivered { sent: 1, waiting: 1, ..NOTHING });
        for _ in 0..2 {
            assert_eq!(house.post_to(&server).await, Delivered { waiting: 1, ..NOTHING });
        }
        assert_eq!(house.post_to(&server).await, Delivered { sent: 1, ..NOTHING });
        assert_eq!(house.post_to(&server).await, NOTHING);
        let mut to: Vec<String> = server.taken().await.into_iter().map(|letter| letter.to).collect();
        to.sort();
        assert_eq!(to, ["kim@shop.example", "lee@shop.example"]);
        for person in [kim, lee] {
            assert_eq!(house.privacy.returned_mail(person).await.expect("asked"), None, "put off is not come back");
        }
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_told_as_come_back_and_tried_no_more() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        house.lets_a_letter_wait("kim@shop.example").await;
        house.privacy.sign_up(sign_up("nobody@shop.example")).await.expect("signed up");
        let refuses = Answer::Recipient("550 5.1.1 unknown");
        let server = Server::start(&[refuses, refuses]).await;
        assert_eq!(house.post_to(&server).await, Delivered { refused: 2, ..NOTHING });
        assert_eq!(house.post_to(&server).await, NOTHING);
        let mut asked = server.asked_for().await;
        asked.sort();
        assert_eq!(asked, ["kim@shop.example", "nobody@shop.example"], "each once");
        let returned = house.privacy.returned_mail(kim).await.expect("asked").expect("told");
        assert_eq!(returned.status, "550");
        // A notice counts it.
        let marketing = house.privacy.policy().purpose_named("marketing").expect("a purpose");
        house.privacy.give_consent(kim, marketing, "광고를 받을게요").await.expect("agreed");
        house.post_to(&server).await;
        let both = |text: &str| Both { ko: text.into(), en: text.into() };
        let id = house.privacy.advertise(&both("Spring"), &both("A text.")).await.expect("given");
        house.privacy.tell_all().await.expect("written");
        let server = Server::start(&[Answer::Letter("554 5.7.1 no")]).await;
        assert_eq!(house.post_to(&server).await, Delivered { refused: 1, ..NOTHING });
        assert_eq!(house.post_to(&server).await, NOTHING);
        let counted = house.privacy.notice(id).await.expect("read").expect("there").on_file;
        assert_eq!((counted.told, counted.sent, counted.failed), (1, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn clause_1_ra_an_advertisement_that_was_put_off_is_not_handed_over_once_the_consent_is_taken_back() {
    on_each_engine(async |house| {
        let marketing = house.privacy.policy().purpose_named("marketing").expect("a purpose");
        let (kim, _) = house.member("kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        for person in [kim, lee] {
            house.privacy.give_consent(person, marketing, "광고를 받을게요").await.expect("agreed");
        }
        house.post().await;
        let both = |text: &str| Both { ko: text.into(), en: text.into() };
        let id = house.privacy.advertise(&both("Spring"), &both("A text.")).await.expect("given");
        house.privacy.tell_all().await.expect("written");
        let busy = Answer::Recipient("450 4.2.1 mailbox busy");
        let server = Server::start(&[busy, busy]).await;
        assert_eq!(house.post_to(&server).await, Delivered { waiting: 2, ..NOTHING });
        house.privacy.take_back_consent(kim, marketing).await.expect("taken back");
        house.post_to(&server).await;
        house.post_to(&server).await;
        let taken = server.taken().await;
        let told = |mark: &str| {
            let of = taken.iter().filter(|letter| letter.text.contains(mark));
            of.map(|letter| letter.to.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(told("A text."), ["lee@shop.example"], "{taken:?}");
        assert_eq!(told("철회하신 것으로"), ["kim@shop.example"]);
        let counted = house.privacy.notice(id).await.expect("read").expect("there").on_file;
        assert_eq!((counted.told, counted.sent, counted.failed), (2, 1, 0));
    })
    .await;
}

#[tokio::test]
async fn clause_5_whoever_leaves_while_a_letter_is_put_off_gets_nothing() {
    for is_swept in [true, false] {
        on_each_engine(async |house| {
            let (kim, _) = house.member("kim@shop.example").await;
            house.lets_a_letter_wait("kim@shop.example").await;
            let server = Server::start(&[Answer::Recipient("450 4.2.1 mailbox busy")]).await;
            assert_eq!(house.post_to(&server).await, Delivered { waiting: 1, ..NOTHING });
            if is_swept {
                house.privacy.leave(kim, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left");
            } else {
                house.privacy.vault().withdraw(house.privacy.policy(), kim, house.privacy.now()).await.expect("left");
            }
            // Whoever says themselves that they leave is told that they have.
            for sent in [u64::from(is_swept), 0] {
                assert_eq!(house.post_to(&server).await.sent, sent);
            }
            let asked = ["kim@shop.example"; 2];
            assert_eq!(server.asked_for().await, asked[..1 + usize::from(is_swept)], "no more than before");
            let taken = server.taken().await;
            assert!(taken.iter().all(|letter| !letter.text.contains("Safari")), "{taken:?}");
        })
        .await;
    }
}

/// As the server posts: a letter that was put off rests for a minute before it is tried again.
#[tokio::test(start_paused = true)]
async fn whoever_posts_rests_for_a_minute_before_a_letter_that_was_put_off_is_tried_again() {
    let clock = FedClock::hold();
    on_each_engine(async |house| {
        house.privacy.sign_up(sign_up("kim@shop.example")).await.expect("signed up");
        let server = Server::start(&[Answer::Recipient("450 4.2.1 mailbox busy")]).await;
        let (app, _folder) = house.served(mail(&server)).await;
        let tried = async {
            let mut put_off = None;
            loop {
                let asked = server.asked_for().await.len();
                if asked > 0 {
                    put_off.get_or_insert_with(Instant::now);
                }
                if !server.taken().await.is_empty() {
                    return (asked, put_off.expect("asked before").elapsed());
                }
                tokio::task::yield_now().await;
            }
        };
        let (told, stop) = tokio::sync::oneshot::channel::<()>();
        // On the heap: it is all that a server does.
        let serving = Box::pin(app.work(async {
            let _ = stop.await;
        }));
        let trying = async {
            let tried = tried.await;
            let _ = told.send(());
            tried
        };
        let (_, (asked, rested)) =
            clock.feed(app.privacy().expect("a vault"), TICK, async { tokio::join!(serving, trying) }).await;
        assert_eq!(asked, 2, "once more");
        assert!(rested >= Duration::from_secs(60), "{rested:?}");
        app.close().await;
    })
    .await;
}

const TICK: Duration = Duration::from_millis(50);

//! A mail server on loopback that answers as it is told.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

/// What the server does with one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Takes it.
    Take,
    /// Answers the greeting with this.
    Greeting(&'static str),
    /// Answers a login with this.
    Login(&'static str),
    /// Answers `MAIL` with this.
    Mail(&'static str),
    /// Answers `RCPT` with this.
    Recipient(&'static str),
    /// Answers the letter itself with this.
    Letter(&'static str),
    /// Hangs up in the middle of the letter.
    HangUp,
    /// Never answers the letter.
    Silence,
}

/// What it saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    pub(crate) commands: Vec<String>,
    pub(crate) letters: Vec<Vec<u8>>,
}

pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    pub(crate) seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Answers one letter after the other with `script`, then takes everything.
    pub(crate) async fn start(script: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let script = Arc::new(Mutex::new(VecDeque::from(script.to_vec())));
        let to = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                to.lock().await.connections += 1;
                tokio::spawn(session(stream, Arc::clone(&script), Arc::clone(&to)));
            }
        });
        Self { at, seen }
    }
}

/// The next answer, off the script, if it is one that `wanted` waits for.
async fn next(script: &Mutex<VecDeque<Answer>>, wanted: impl Fn(Answer) -> bool) -> Option<Answer> {
    let mut script = script.lock().await;
    script.front().copied().filter(|a| wanted(*a)).inspect(|_| {
        script.pop_front();
    })
}

async fn session(stream: TcpStream, script: Arc<Mutex<VecDeque<Answer>>>, seen: Arc<Mutex<Seen>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let greeting = match next(&script, |a| matches!(a, Answer::Greeting(_))).await {
        Some(Answer::Greeting(text)) => text,
        _ => "220 mail.example ESMTP",
    };
    say(&mut stream, greeting).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        seen.lock().await.commands.push(line.trim_end().to_owned());
        match line.get(..4)?.to_ascii_uppercase().as_str() {
            "EHLO" => say(&mut stream, "250-mail.example\r\n250-AUTH PLAIN\r\n250 SIZE 1000000").await?,
            "AUTH" => match next(&script, |a| matches!(a, Answer::Login(_))).await {
                Some(Answer::Login(text)) => say(&mut stream, text).await?,
                _ => say(&mut stream, "235 welcome").await?,
            },
            "MAIL" => match next(&script, |a| matches!(a, Answer::Mail(_))).await {
                Some(Answer::Mail(text)) => say(&mut stream, text).await?,
                _ => say(&mut stream, "250 ok").await?,
            },
            "RCPT" => match next(&script, |a| matches!(a, Answer::Recipient(_))).await {
                Some(Answer::Recipient(text)) => say(&mut stream, text).await?,
                _ => say(&mut stream, "250 ok").await?,
            },
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                letter(&mut stream, &script, &seen).await?;
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn letter(stream: &mut BufReader<TcpStream>, script: &Mutex<VecDeque<Answer>>, seen: &Mutex<Seen>) -> Option<()> {
    let answer = next(script, |_| true).await.unwrap_or(Answer::Take);
    let mut letter = Vec::new();
    loop {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line).await.ok().filter(|n| *n > 0)?;
        if answer == Answer::HangUp {
            return None;
        }
        if line == b".\r\n" {
            break;
        }
        letter.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
    match answer {
        Answer::Letter(text) => say(stream, text).await,
        Answer::Silence => std::future::pending().await,
        _ => {
            seen.lock().await.letters.push(letter);
            say(stream, "250 2.0.0 queued as 4D5E for mina@example.com").await
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await.ok()
}

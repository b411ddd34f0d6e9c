//! Through a running server, whose data folder is in use.

use anyhow::{Context, Result, bail};
use reqwest::multipart::{Form, Part};
use std::time::Duration;
use vestry_app::{ImportReport, feed::Mapping};
use vestry_server::shapes::{ErrorDocument, JobDocument, JobState, SearchDocument};

/// How long to wait before asking again how far a job is.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// A server and the key for it.
pub(crate) struct Remote {
    client: reqwest::Client,
    base: String,
    key: String,
}

impl Remote {
    /// The server at `url`; the key comes from `VESTRY_KEY`, for arguments can be read by other users of a machine.
    pub(crate) fn new(url: &str) -> Result<Self> {
        let key = std::env::var("VESTRY_KEY").context("set `VESTRY_KEY` to a secret key of the server")?;
        let client = vestry_app::fetch::trusting_client().context("could not set up TLS")?;
        Ok(Self { client, base: url.trim_end_matches('/').into(), key })
    }

    /// Asks what `request`, as of `POST /api/v1/search`, and a picture ask.
    pub(crate) async fn search(&self, request: &serde_json::Value, image: Option<Vec<u8>>) -> Result<SearchDocument> {
        let mut form = Form::new().text("request", request.to_string());
        if let Some(image) = image {
            form = form.part("image", Part::bytes(image).file_name("image"));
        }
        Ok(serde_json::from_slice(&self.post("search", form).await?)?)
    }

    /// Uploads a feed; the job that reads it.
    pub(crate) async fn import(&self, feed: Vec<u8>, mapping: Option<&Mapping>) -> Result<JobDocument> {
        let mut form = Form::new().part("feed", Part::bytes(feed).file_name("feed"));
        if let Some(mapping) = mapping {
            form = form.text("mapping", serde_json::to_string(mapping)?);
        }
        Ok(serde_json::from_slice(&self.post("products:import", form).await?)?)
    }

    /// Waits for an import, saying how far it is; what it did, and what it refused.
    pub(crate) async fn wait(
        &self,
        mut job: JobDocument,
        said: impl Fn(u64, Option<u64>),
    ) -> Result<(ImportReport, JobDocument)> {
        loop {
            said(job.done, job.total);
            match job.state {
                JobState::Waiting | JobState::Running => tokio::time::sleep(ASK_AGAIN).await,
                JobState::Done => return Ok((serde_json::from_value(job.result.clone())?, job)),
                JobState::Failed => bail!("the import failed: {}", job.message.unwrap_or_default()),
                JobState::Cancelled => bail!("somebody stopped the import; what it did before is kept"),
            }
            let sent = self.client.get(self.address(&format!("jobs/{}", job.id))).bearer_auth(&self.key).send().await;
            job = serde_json::from_slice(&body(sent).await?)?;
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base)
    }

    async fn post(&self, path: &str, form: Form) -> Result<Vec<u8>> {
        body(self.client.post(self.address(path)).bearer_auth(&self.key).multipart(form).send().await).await
    }
}

/// The body of a good answer; the words of a bad one. The client's own words are left out: they hold the address.
async fn body(sent: reqwest::Result<reqwest::Response>) -> Result<Vec<u8>> {
    let unreachable = "could not reach the server; is it running, and is the address right?";
    let response = sent.map_err(reqwest::Error::without_url).context(unreachable)?;
    let status = response.status();
    let bytes = response.bytes().await.map_err(reqwest::Error::without_url).context(unreachable)?;
    if status.is_success() {
        return Ok(bytes.into());
    }
    match serde_json::from_slice::<ErrorDocument>(&bytes) {
        Ok(ErrorDocument { error }) if error.hint.is_empty() => bail!("{}", error.message),
        Ok(ErrorDocument { error }) => bail!("{}; {}", error.message, error.hint),
        Err(_) => bail!("the server answered {status}; is it a Vestry?"),
    }
}

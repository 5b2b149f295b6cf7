//! The endpoints below `/api`: from JSON to the lab, the race, and back to JSON.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::spawn_blocking;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::file::FileKeys;
use super::lab::{self, Lab, Unfit};
use super::race;
use super::random::{Random, unguessable};
use super::refusal::Refusal;
use super::sessions::{Sessions, SharedLab};
use super::view::{self, MapView, TraceView};

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Api {
    sessions: Arc<Mutex<Sessions>>,
    file: Option<Arc<FileKeys>>,
    race: Arc<Semaphore>,
    maps_max: usize,
}

impl Api {
    pub(crate) fn new(file: Option<FileKeys>, maps_max: usize) -> Self {
        Self {
            sessions: Arc::new(Mutex::new(Sessions::new(maps_max, unguessable))),
            file: file.map(Arc::new),
            // One at a time: two races would disturb each other's times.
            race: Arc::new(Semaphore::new(1)),
            maps_max,
        }
    }

    /// Does something with a map, on a thread that may take its time.
    async fn with_lab<T: Send + 'static>(
        &self,
        id: &str,
        operation: impl FnOnce(&mut Lab) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let found = lock(&self.sessions).find(id);
        let lab: SharedLab = found.ok_or_else(|| self.gone())?;
        let outcome = spawn_blocking(move || operation(&mut lock(&lab))).await;
        outcome.unwrap_or_else(|_| Err(failed()))
    }

    fn gone(&self) -> Refusal {
        let message = format!(
            "This map is gone. The server keeps the {} maps that were used last, \
             and none when it is started again. Start a new one.",
            self.maps_max
        );
        Refusal::new(StatusCode::GONE, "gone", message)
    }
}

/// A panic under the lock leaves a map that is whole (the map promises that), so poison is ignored.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed() -> Refusal {
    let message = "The server failed at this. That is a bug; please report it.";
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", message)
}

impl From<Unfit> for Refusal {
    fn from(unfit: Unfit) -> Self {
        Self::unfit(unfit.message())
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), "bad_request", rejection.body_text())
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), "bad_request", rejection.body_text())
    }
}

/// A body in JSON; what is wrong with it is said as every refusal is.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(Refusal))]
pub(crate) struct Body<T>(T);

/// The part of the address after `?`.
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Refusal))]
pub(crate) struct Parameters<T>(T);

/// Where a new map's entries come from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) struct Start {
    #[serde(default)]
    from_file: bool,
}

pub(crate) async fn start(
    State(api): State<Api>,
    Body(start): Body<Start>,
) -> Result<Response, Refusal> {
    let file = if start.from_file { api.file.clone() } else { None };
    let file_report = api
        .file
        .as_ref()
        .map(|file| json!({ "report": file.report, "left_out": file.report.left_out() }));
    let made = spawn_blocking(move || {
        let random = Random::from_seed(unguessable());
        let lab = match file {
            None => Lab::new(random),
            Some(file) => Lab::with_entries(random, file.entries()),
        };
        let view = json_of(&MapView::of(lab.map()));
        view.map(|view| (lab, view))
    });
    let (lab, view) = made.await.unwrap_or_else(|_| Err(failed()))?;
    let id = lock(&api.sessions).start(lab);
    let answer = json!({
        "id": id,
        "view": view,
        "file": file_report,
        "limits": {
            "entries": lab::ENTRIES_MAX,
            "key_bytes": lab::KEY_BYTES_MAX,
            "value_bytes": lab::VALUE_BYTES_MAX,
            "steps": lab::STEPS_MAX,
            "chains": view::CHAINS_MAX,
            "maps": api.maps_max,
            "race_keys": race::KEYS_MAX,
        },
    });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

pub(crate) async fn show(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let view = api.with_lab(&id, |lab| json_of(&MapView::of(lab.map()))).await?;
    Ok(Json(json!({ "view": view })))
}

/// A part of a large map.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    from: usize,
    count: usize,
}

pub(crate) async fn chains(
    State(api): State<Api>,
    Path(id): Path<String>,
    Parameters(part): Parameters<Part>,
) -> Result<Json<Value>, Refusal> {
    if part.count > view::CHAINS_MAX {
        let message = format!("At most {} chains at a time.", view::CHAINS_MAX);
        return Err(Refusal::unfit(message));
    }
    let chains = api
        .with_lab(&id, move |lab| json_of(&view::chains(lab.map(), part.from, part.count)))
        .await?;
    Ok(Json(json!({ "chains": chains })))
}

/// The key that is looked up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sought {
    key: String,
}

pub(crate) async fn trace(
    State(api): State<Api>,
    Path(id): Path<String>,
    Parameters(Sought { key }): Parameters<Sought>,
) -> Result<Json<Value>, Refusal> {
    let trace = api
        .with_lab(&id, move |lab| {
            lab.look_up(&key)?;
            json_of(&TraceView::of(lab.map(), &key))
        })
        .await?;
    Ok(Json(json!({ "trace": trace })))
}

/// What a tab asks of its map.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Operation {
    Create { capacity: usize },
    Insert { key: String, value: String },
    Remove { key: String },
    Clear {},
    Random { count: usize },
    Grow { steps: usize },
    Shrink { steps: usize },
    Thin { percent: usize },
}

impl Operation {
    /// Does it. Returns what came of it, and the steps of the key's look-up where there is a key.
    fn carry_out(self, lab: &mut Lab) -> Result<(Value, Option<TraceView>), Refusal> {
        Ok(match self {
            Self::Create { capacity } => {
                lab.create(capacity)?;
                (json!({}), None)
            }
            Self::Insert { key, value } => {
                let replaced = lab.insert(&key, &value)?;
                // Afterwards, so that it tells where the entry is now.
                (json!({ "replaced": replaced }), Some(TraceView::of(lab.map(), &key)))
            }
            Self::Remove { key } => {
                lab.look_up(&key)?;
                let before = TraceView::of(lab.map(), &key);
                (json!({ "removed": lab.remove(&key)? }), Some(before))
            }
            Self::Clear {} => {
                lab.clear();
                (json!({}), None)
            }
            Self::Random { count } => (json!({ "last_key": lab.insert_random(count)? }), None),
            Self::Grow { steps } => (json!({ "is_more": lab.grow(steps)? }), None),
            Self::Shrink { steps } => (json!({ "is_more": lab.shrink(steps)? }), None),
            Self::Thin { percent } => (json!({ "removed": lab.thin_out(percent)? }), None),
        })
    }
}

pub(crate) async fn operate(
    State(api): State<Api>,
    Path(id): Path<String>,
    Body(operation): Body<Operation>,
) -> Result<Json<Value>, Refusal> {
    let answer = api
        .with_lab(&id, move |lab| {
            let (outcome, trace) = operation.carry_out(lab)?;
            let view = json_of(&MapView::of(lab.map()))?;
            Ok(json!({ "outcome": outcome, "trace": json_of(&trace)?, "view": view }))
        })
        .await?;
    Ok(Json(answer))
}

fn json_of(value: &impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|_| failed())
}

/// A race to run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Course {
    keys: usize,
}

pub(crate) async fn race(
    State(api): State<Api>,
    Body(course): Body<Course>,
) -> Result<Response, Refusal> {
    if !(race::KEYS_MIN..=race::KEYS_MAX).contains(&course.keys) {
        let message = format!("A race has from {} to {} keys.", race::KEYS_MIN, race::KEYS_MAX);
        return Err(Refusal::unfit(message));
    }
    let Ok(place) = Arc::clone(&api.race).try_acquire_owned() else {
        let message = "Another race is under way, and two would disturb each other. Wait for it.";
        return Err(Refusal::new(StatusCode::CONFLICT, "race_under_way", message));
    };
    // Room for all that is sent: who reads slowly does not hold up the race.
    let (sender, receiver) = mpsc::channel(race::EVENTS_MAX);
    spawn_blocking(move || {
        let _place = place;
        race::run(course.keys, &Random::from_seed(unguessable()), |event| {
            // An error means that nobody listens any more.
            sender.try_send(event).is_ok()
        });
    });
    let events = ReceiverStream::new(receiver).map(|event| {
        let event = sse::Event::default().json_data(&event);
        Ok::<_, Infallible>(event.unwrap_or_default())
    });
    Ok(Sse::new(events).into_response())
}

//! Errors as RFC 9457 has them: `application/problem+json`.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use recount::store::Refusal;
use recount::{ExecuteError, NoView};
use serde::Serialize;

/// Why a request was not answered as it was meant to be.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// What kind of problem it is, the same words for the same kind.
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    detail: String,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    pub fn new(status: StatusCode, kind: &'static str, detail: impl ToString) -> Self {
        let detail = detail.to_string();
        Self { kind, status, detail }
    }

    pub fn not_found(detail: impl ToString) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    pub fn bad_request(detail: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// A view that cannot be looked at now.
    pub fn unavailable(error: &NoView) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error)
    }

    /// What went wrong on this side. The caller is told that, and the log the rest.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the shop could not do this",
        )
    }
}

/// Every answer of a command that is not a receipt.
impl<R: std::error::Error + Send + Sync + 'static> From<ExecuteError<R>> for Problem {
    fn from(error: ExecuteError<R>) -> Self {
        match &error {
            ExecuteError::Rejected(why) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "rejected", why),
            ExecuteError::NotFound { .. } => Self::not_found(error),
            ExecuteError::AlreadyExists { .. } => Self::new(StatusCode::CONFLICT, "already-exists", error),
            // Somebody else was faster; with `If-Match` the caller wants to know.
            ExecuteError::Conflict { .. } => Self::new(StatusCode::PRECONDITION_FAILED, "changed", error),
            ExecuteError::Refused(refusal @ Refusal::KeyReused { .. }) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", refusal)
            }
            ExecuteError::Refused(refusal @ Refusal::InvalidName(_)) => Self::bad_request(refusal),
            ExecuteError::Unknown { .. } => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "unknown",
                "it is not known whether this was done: send it again under the same Idempotency-Key",
            ),
            _ => Self::internal(&error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let content = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, content, Json(self)).into_response()
    }
}

//! Message feedback: the sender tells AWS whether a message reached its purpose. AWS says that it makes no event.

use serde::{Deserialize, Serialize};

use crate::{
    account::Transaction,
    clock::EpochMs,
    refusal::{Invalid, Refusal, Resource},
};

const HOUR_MS: u64 = 3600 * 1000;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum FeedbackStatus {
    Received,
    Failed,
}

/// The feedback of one message that asked for it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Feedback {
    /// None until the sender told.
    pub(crate) put: Option<FeedbackStatus>,
    since: EpochMs,
}

impl Feedback {
    pub(crate) fn awaited(since: EpochMs) -> Self {
        Self { put: None, since }
    }

    /// An hour without feedback counts as failed.
    pub(crate) fn at(&self, now: EpochMs) -> Option<FeedbackStatus> {
        self.put.or_else(|| (now.ms_since(self.since) >= HOUR_MS).then_some(FeedbackStatus::Failed))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Put {
    message_id: String,
    message_feedback_status: FeedbackStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    message_id: String,
    message_feedback_status: FeedbackStatus,
}

pub(crate) fn put(tx: &mut Transaction<'_>, input: Put) -> Result<Answer, Refusal> {
    let missing = || Refusal::not_found(Resource::Message, input.message_id.as_str());
    let own = tx.messages.by_id(&input.message_id).filter(|(_, message)| message.place == tx.account.place);
    let key = own.ok_or_else(missing)?.0.to_owned();
    let message = tx.messages.records.get_mut(&key).ok_or_else(missing)?;
    let Some(feedback) = &mut message.feedback else {
        let text = "the message was sent without MessageFeedbackEnabled";
        return Err(Refusal::invalid(Invalid::InvalidRequest, "MessageId", text));
    };
    feedback.put = Some(input.message_feedback_status);
    Ok(Answer { message_id: input.message_id, message_feedback_status: input.message_feedback_status })
}

#[cfg(test)]
mod tests {
    use super::{Feedback, FeedbackStatus, HOUR_MS};
    use crate::clock::EpochMs;

    #[test]
    fn feedback_that_does_not_come_within_the_hour_is_failed() {
        let feedback = Feedback::awaited(EpochMs(1));
        assert_eq!(feedback.at(EpochMs(HOUR_MS)), None);
        assert_eq!(feedback.at(EpochMs(HOUR_MS + 1)), Some(FeedbackStatus::Failed));
    }
}

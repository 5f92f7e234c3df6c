//! What there is around the event destinations, as plain values. Readers fill them in, checks look at nothing else.

use std::collections::BTreeMap;

use smsvoice_provision::world::World;

use crate::policy::Document;

/// A thing that was looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Found<T> {
    /// It is there.
    Is(T),
    /// It is not there.
    #[default]
    Absent,
    /// It could not be looked at.
    Unreadable {
        /// The action that was tried, `iam:GetRole` say.
        action: String,
        /// Whether a permission is missing, and not an answer.
        denied: bool,
        /// The service's words.
        why: String,
    },
}

impl<T> Found<T> {
    /// The thing, if it is there.
    pub const fn is(&self) -> Option<&T> {
        match self {
            Self::Is(thing) => Some(thing),
            Self::Absent | Self::Unreadable { .. } => None,
        }
    }
}

/// Things by their ARN or name.
pub type ByName<T> = BTreeMap<String, Found<T>>;

/// All that is known. What nobody asked about is not in the maps.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Now, in epoch milliseconds.
    pub now_ms: i64,
    /// The region that is asked.
    pub region: String,
    /// Who asks.
    pub caller: Found<Identity>,
    /// What shall be, if a file says so.
    pub desired: Option<World>,
    /// The configuration sets there are.
    pub sets: Found<World>,
    /// Numbers and pools that can send.
    pub senders: Found<Vec<String>>,
    /// Roles of event destinations, by ARN.
    pub roles: ByName<Role>,
    /// Firehose streams, by ARN.
    pub streams: ByName<Stream>,
    /// Log groups, by ARN.
    pub log_groups: ByName<LogGroup>,
    /// SNS topics, by ARN.
    pub topics: ByName<Topic>,
    /// Keys of encrypted topics, by what the topic calls them.
    pub keys: ByName<Key>,
    /// Queues that topics deliver to, and their queues for what failed, by ARN.
    pub queues: ByName<Queue>,
    /// Functions, by ARN or name.
    pub functions: ByName<Function>,
    /// Tables of Glue, `DATABASE.TABLE`.
    pub tables: ByName<Table>,
    /// The lake, if it was named.
    pub lake: Option<LakeState>,
    /// Message parts that CloudWatch counted as sent in the last 24 hours.
    pub sent_parts: Option<Found<f64>>,
}

/// `sts:GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// 12 digits.
    pub account: String,
    /// Of the user or the assumed role.
    pub arn: String,
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// Who may assume it.
    pub trust: Document,
    /// What it may do: inline and attached policies, by name.
    pub policies: BTreeMap<String, Document>,
    /// What IAM's simulator says of each `action resource`; empty where it may not be asked.
    pub simulated: BTreeMap<String, bool>,
}

/// A stream of Data Firehose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// `ACTIVE` when it takes records.
    pub status: String,
    /// Whether records are transformed before they are stored.
    pub processing: bool,
    /// The function that transforms them.
    pub function: Option<String>,
    /// Where in the bucket failed records go.
    pub error_prefix: Option<String>,
    /// Whether it stores in S3 at all.
    pub to_s3: bool,
}

/// A log group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogGroup {
    /// Where its subscription filters lead: name and ARN.
    pub filters: Vec<(String, String)>,
}

/// A topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topic {
    /// Who may publish.
    pub policy: Document,
    /// The key, if it is encrypted at rest: an id, an ARN or `alias/…`.
    pub key: Option<String>,
    /// Where it delivers.
    pub subscriptions: Vec<Subscription>,
}

/// A subscription of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Of the subscription, or `PendingConfirmation`.
    pub arn: String,
    /// `sqs`, `lambda`, `firehose`, …
    pub protocol: String,
    /// An ARN, for these.
    pub endpoint: String,
    /// Whether the event comes without SNS's envelope.
    pub raw: bool,
    /// The queue for what could not be delivered, by ARN.
    pub dead_letters: Option<String>,
    /// Whether it takes only some messages.
    pub filtered: bool,
}

/// A key of KMS.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether AWS manages it: then nobody can change its policy.
    pub managed_by_aws: bool,
    /// Who may use it.
    pub policy: Document,
}

/// A queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    /// Who may send.
    pub policy: Document,
    /// Seconds until an unfinished message is handed out again.
    pub visibility_seconds: u64,
    /// The queue for what failed too often, by ARN.
    pub dead_letters: Option<String>,
    /// Messages that wait.
    pub waiting: u64,
}

/// A Lambda function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// `Active` when it can run; empty where it was not told.
    pub state: String,
    /// Why its last update failed, if it did.
    pub failed_update: Option<String>,
    /// Seconds.
    pub timeout_seconds: u64,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
    /// Who may invoke it.
    pub policy: Document,
    /// Executions kept for it alone; 0 stops it.
    pub reserved: Option<u64>,
    /// What feeds it.
    pub sources: Vec<EventSource>,
    /// Errors and throttles of the last 24 hours, if CloudWatch tells.
    pub errors: Option<f64>,
    /// Invocations that were refused because too many ran.
    pub throttles: Option<f64>,
    /// The newest line of its log that reports an error, masked.
    pub last_error: Option<String>,
}

impl Function {
    /// Whether it is told of a lake, as ours is.
    pub fn is_ours(&self) -> bool {
        self.variables.contains_key("SMSVOICE_LAKE")
    }
}

/// An event source mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventSource {
    /// Its id.
    pub id: String,
    /// What it reads, by ARN.
    pub source: String,
    /// Whether it reads.
    pub enabled: bool,
    /// Whether the function can say which messages failed.
    pub reports_failures: bool,
}

/// A table of the Glue catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Where its files are.
    pub location: String,
    /// Name and type, partition keys not among them.
    pub columns: Vec<(String, String)>,
    /// `projection.…` and other parameters.
    pub parameters: BTreeMap<String, String>,
}

/// What is known of the lake itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LakeState {
    /// As given.
    pub url: String,
    /// The columns of its tables as the catalogue should have them: table, name, type.
    pub columns: Vec<(String, String, String)>,
    /// The first and the last day there is, `2026-11-25`.
    pub days: Option<(String, String)>,
    /// When its newest event happened, in epoch milliseconds.
    pub newest_event_ms: Option<i64>,
}

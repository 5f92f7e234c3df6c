//! The columns of the lake, defined once: name, type, meaning. Readers, writers and the README's table follow from here.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::Type;
use parquet::schema::types::TypePtr;

/// One column of a table of the lake.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in Parquet and SQL.
    pub name: &'static str,
    /// What it holds, where it comes from, in which unit.
    pub doc: &'static str,
    kind: Kind,
}

/// A column's type, as Parquet and Athena know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A string that repeats: written from a dictionary.
    Word,
    /// A string that hardly repeats.
    Text,
    Boolean,
    Time,
    Int,
    Long,
    Usd,
    Map,
    Binary,
}

/// How a column is held in memory before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Words,
    Texts,
    /// Of this physical type in Parquet.
    Numbers(Type),
    Pairs,
}

/// Digits of a money column, and those after the point.
const USD: (u8, i8) = (18, 6);

impl Kind {
    fn logical(self) -> DataType {
        match self {
            Self::Word | Self::Text => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Int => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Usd => DataType::Decimal128(USD.0, USD.1),
            Self::Map => DataType::Map(map_entries(), false),
            Self::Binary => DataType::Binary,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Word | Self::Text => "string",
            Self::Boolean => "boolean",
            Self::Time => "timestamp(ms, UTC)",
            Self::Int => "int32",
            Self::Long => "int64",
            Self::Usd => "decimal(18,6)",
            Self::Map => "map<string,string>",
            Self::Binary => "binary",
        }
    }
}

/// The names that the Parquet specification gives a map's entries; some readers insist on them.
fn map_entries() -> Arc<Field> {
    Arc::new(Field::new("key_value", DataType::Struct(map_fields()), false))
}

fn map_fields() -> Fields {
    vec![Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)].into()
}

impl Column {
    /// How the column is held in memory before it is written.
    pub(crate) fn shape(&self) -> Shape {
        match self.kind {
            Kind::Word => Shape::Words,
            Kind::Text | Kind::Binary => Shape::Texts,
            Kind::Boolean => Shape::Numbers(Type::BOOLEAN),
            Kind::Int => Shape::Numbers(Type::INT32),
            Kind::Time | Kind::Long | Kind::Usd => Shape::Numbers(Type::INT64),
            Kind::Map => Shape::Pairs,
        }
    }
}

macro_rules! columns {
    ($($name:ident $kind:ident $doc:literal;)*) => {
        &[$(Column { name: stringify!($name), doc: $doc, kind: Kind::$kind },)*]
    };
}

/// The columns of `events`, in their order in the file. Changes only add columns.
pub const EVENT_COLUMNS: &[Column] = columns! {
    event_id Text "128-bit hash of messageId, eventType and eventTimestamp, in hex: the same event by every route has the same id";
    event_type Word "as sent; the v1 voice types under their `VOICE_*` names";
    event_version Word "as sent, `1.0` in every example AWS published";
    outcome Word "`delivered` `accepted` `blocked` `failed` `unknown` `pending`: what this one event says";
    failure_reason Word "why, when the outcome is blocked or failed";
    is_final Boolean "isFinal, as sent";
    event_time Time "eventTimestamp";
    request_time Time "messageRequestTimestamp";
    latency_ms Long "milliseconds from request_time to event_time";
    message_id Text "messageId";
    origination_identity Word "originationPhoneNumber: a number, short code, sender id or RCS agent; as the privacy setting says";
    destination_phone_number Text "destinationPhoneNumber, as the privacy setting says; EventBridge sends none";
    iso_country_code Word "isoCountryCode of the destination";
    mcc Word "mobile country code";
    mnc Word "mobile network code, with its leading zeros";
    carrier_name Word "carrierName";
    is_international_send Boolean "isInternationalSend";
    message_type Word "`TRANSACTIONAL` or `PROMOTIONAL`";
    message_encoding Word "`GSM` or `UNICODE`";
    message_status Word "messageStatus";
    message_status_description Word "messageStatusDescription";
    message_parts Int "totalMessageParts";
    price_usd Usd "totalMessagePrice in US dollars; every event of a message repeats it, so never sum over events";
    carrier_fee_usd Usd "totalCarrierFee in US dollars; the same holds";
    call_duration_seconds Int "callDurationInSeconds";
    billed_duration_minutes Int "totalDurationInMinutes";
    protect_configuration_id Word "protectConfiguration.protectConfigurationId";
    protect_status Word "protectConfiguration.protectStatus";
    protect_recommendation Word "protectConfigurationAssessment.protectRecommendation";
    protect_block_reason Word "protectConfigurationAssessment.protectInsights.blockReason";
    rcs_agent_country Word "agentIsoCountryCode";
    rcs_business_id Word "rcsBusinessId";
    rcs_billing_type Word "rcsMetadata.billingEventType";
    context Map "the sender's own pairs";
    extra Text "JSON object of the fields that have no column";
    configuration_set Word "from the route, where it tells: no event names its configuration set";
    account_id Word "from the route, where it tells";
    aws_region Word "from the route, where it tells";
    source Word "the route: `firehose` `sns` `sqs` `logs` `eventbridge` `kinesis` `s3` `file` `emulator`";
    received_at Time "when it arrived, by the envelope; of a file, its modification";
};

/// The columns of `quarantine`, in their order in the file.
pub const QUARANTINE_COLUMNS: &[Column] = columns! {
    received_at Time "when it arrived, by the envelope; of a file, its modification";
    source Word "the route, as in `events`";
    account_id Word "the AWS account, where the route tells it";
    aws_region Word "the AWS region, where the route tells it";
    source_id Word "where exactly: a file's path and line, a record id, a message id";
    stage Word "`envelope` `decode` `parse`: how far reading came";
    reason Word "why, in snake_case";
    detail Word "why, for a person; never holds a value of the payload";
    payload Binary "the bytes as received; numbers masked unless the privacy setting is `plain`";
};

fn schema(columns: &[Column], kind: impl Fn(Kind) -> DataType) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(|c| Field::new(c.name, kind(c.kind), true)).collect::<Vec<_>>()))
}

/// The schema of `events`, as a reader of the Parquet files sees it (without the partition columns `channel` and `dt`).
pub fn events() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| schema(EVENT_COLUMNS, Kind::logical));
    SCHEMA.clone()
}

/// The schema of `quarantine`, as a reader sees it (without the partition column `dt`).
pub fn quarantine() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| schema(QUARANTINE_COLUMNS, Kind::logical));
    SCHEMA.clone()
}

/// The column of a promoted context key: `context_campaign` for `campaign`. Characters that Athena takes in no plain name
/// become `_`, so that two keys can have one name.
pub fn context_column(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    format!("context_{}", key.chars().map(plain).collect::<String>())
}

/// The Parquet schema of `events`, with a column of strings for each of these context keys.
pub(crate) fn parquet(context_keys: &[String]) -> TypePtr {
    static PLAIN: LazyLock<TypePtr> = LazyLock::new(|| converted(&events()));
    if context_keys.is_empty() {
        return PLAIN.clone();
    }
    let promoted = context_keys.iter().map(|key| Arc::new(Field::new(context_column(key), Kind::Word.logical(), true)));
    converted(&Schema::new(events().fields().iter().cloned().chain(promoted).collect::<Vec<_>>()))
}

fn converted(schema: &Schema) -> TypePtr {
    let schema = ArrowSchemaConverter::new().convert(schema);
    schema.expect("every type of the lake is one of Parquet's").root_schema_ptr()
}

/// The columns as a Markdown table.
pub fn markdown(columns: &[Column]) -> String {
    let mut table = String::from("| column | type | |\n|---|---|---|\n");
    for column in columns {
        table += &format!("| {} | {} | {} |\n", column.name, column.kind.sql(), column.doc);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readme_shows_the_columns_as_they_are() {
        let readme = include_str!("../README.md");
        for table in [markdown(EVENT_COLUMNS), markdown(QUARANTINE_COLUMNS)] {
            assert!(readme.contains(&table), "the table in README.md should read:\n{table}");
        }
    }
}

//! What events pass on their way: streams, log groups, topics with their keys, and queues.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{last, list, maybe, page, text};
use crate::{
    aws::{Aws, CallError},
    facts::{Found, Key, LogGroup, Queue, Stream, Subscription, Topic},
    operations::{
        DESCRIBE_DELIVERY_STREAM, DESCRIBE_KEY, DESCRIBE_LOG_GROUPS, DESCRIBE_SUBSCRIPTION_FILTERS, GET_KEY_POLICY,
        GET_QUEUE_ATTRIBUTES, GET_QUEUE_URL, GET_SUBSCRIPTION_ATTRIBUTES, GET_TOPIC_ATTRIBUTES,
        LIST_SUBSCRIPTIONS_BY_TOPIC,
    },
    policy::Document,
};

fn found<T>(read: Result<Option<T>, CallError>) -> Found<T> {
    match read {
        Ok(Some(thing)) => Found::Is(thing),
        Ok(None) => Found::Absent,
        Err(error) => error.into_found(),
    }
}

pub(super) async fn stream(aws: &Aws, arn: &str) -> Found<Stream> {
    let read = aws.call(&DESCRIBE_DELIVERY_STREAM, json!({"DeliveryStreamName": last(arn, '/')})).await;
    found(read.map(|answer| Some(stream_of(&answer["DeliveryStreamDescription"]))))
}

fn stream_of(told: &Value) -> Stream {
    let destination = list(&told["Destinations"]).first().cloned().unwrap_or_default();
    let s3 = ["ExtendedS3DestinationDescription", "S3DestinationDescription"].iter().map(|kind| &destination[kind]);
    let s3 = s3.into_iter().find(|s3| s3.is_object());
    let processing = s3.map_or(&Value::Null, |s3| &s3["ProcessingConfiguration"]);
    let lambda = list(&processing["Processors"]).iter().find(|processor| processor["Type"] == "Lambda");
    let parameters = lambda.map(|lambda| list(&lambda["Parameters"])).unwrap_or_default();
    let function = parameters.iter().find(|parameter| parameter["ParameterName"] == "LambdaArn");
    Stream {
        status: text(&told["DeliveryStreamStatus"]),
        processing: processing["Enabled"] == true,
        function: function.and_then(|function| maybe(&function["ParameterValue"])),
        error_prefix: s3.and_then(|s3| maybe(&s3["ErrorOutputPrefix"])),
        to_s3: s3.is_some(),
    }
}

pub(super) async fn log_group(aws: &Aws, arn: &str) -> Found<LogGroup> {
    found(read_log_group(aws, last(arn, ':')).await)
}

async fn read_log_group(aws: &Aws, name: &str) -> Result<Option<LogGroup>, CallError> {
    let answer = aws.call(&DESCRIBE_LOG_GROUPS, json!({"logGroupNamePrefix": name})).await?;
    if !list(&answer["logGroups"]).iter().any(|group| group["logGroupName"] == name) {
        return Ok(None);
    }
    let answer = aws.call(&DESCRIBE_SUBSCRIPTION_FILTERS, json!({"logGroupName": name})).await?;
    let filter = |filter: &Value| (text(&filter["filterName"]), text(&filter["destinationArn"]));
    Ok(Some(LogGroup { filters: list(&answer["subscriptionFilters"]).iter().map(filter).collect() }))
}

pub(super) async fn topic(aws: &Aws, arn: &str) -> Found<Topic> {
    found(read_topic(aws, arn).await.map(Some))
}

async fn read_topic(aws: &Aws, arn: &str) -> Result<Topic, CallError> {
    let answer = aws.call(&GET_TOPIC_ATTRIBUTES, json!({"TopicArn": arn})).await?;
    let attributes = &answer["GetTopicAttributesResult"]["Attributes"];
    let (mut subscriptions, mut token) = (Vec::new(), None);
    loop {
        let request = page(json!({"TopicArn": arn}), "NextToken", token.as_deref());
        let answer = aws.call(&LIST_SUBSCRIPTIONS_BY_TOPIC, request).await?;
        let result = &answer["ListSubscriptionsByTopicResult"];
        for told in list(&result["Subscriptions"]) {
            subscriptions.push(subscription(aws, told).await?);
        }
        token = maybe(&result["NextToken"]);
        if token.is_none() {
            break;
        }
    }
    let policy = Document::read(&attribute(attributes, "Policy").unwrap_or_default());
    Ok(Topic { policy, key: attribute(attributes, "KmsMasterKeyId"), subscriptions })
}

async fn subscription(aws: &Aws, told: &Value) -> Result<Subscription, CallError> {
    let (arn, protocol, endpoint) = (text(&told["SubscriptionArn"]), text(&told["Protocol"]), text(&told["Endpoint"]));
    let mut subscription = Subscription { arn, protocol, endpoint, ..Subscription::default() };
    if subscription.arn.starts_with("arn:") {
        let answer = aws.call(&GET_SUBSCRIPTION_ATTRIBUTES, json!({"SubscriptionArn": subscription.arn})).await?;
        let attributes = &answer["GetSubscriptionAttributesResult"]["Attributes"];
        subscription.raw = attribute(attributes, "RawMessageDelivery").as_deref() == Some("true");
        subscription.dead_letters = attribute(attributes, "RedrivePolicy").and_then(|policy| dead_letters(&policy));
        subscription.filtered = attribute(attributes, "FilterPolicy").is_some_and(|policy| policy != "{}");
    }
    Ok(subscription)
}

/// An entry of SNS's map of attributes.
fn attribute(entries: &Value, name: &str) -> Option<String> {
    list(entries).iter().find(|entry| entry["key"] == name).and_then(|entry| maybe(&entry["value"]))
}

#[derive(Deserialize)]
struct Redrive {
    #[serde(rename = "deadLetterTargetArn")]
    target: String,
}

fn dead_letters(policy: &str) -> Option<String> {
    serde_json::from_str::<Redrive>(policy).ok().map(|redrive| redrive.target)
}

pub(super) async fn key(aws: &Aws, name: &str) -> Found<Key> {
    found(read_key(aws, name).await.map(Some))
}

async fn read_key(aws: &Aws, name: &str) -> Result<Key, CallError> {
    let answer = aws.call(&DESCRIBE_KEY, json!({"KeyId": name})).await?;
    let told = &answer["KeyMetadata"];
    let policy = aws.call(&GET_KEY_POLICY, json!({"KeyId": told["KeyId"], "PolicyName": "default"})).await?;
    Ok(Key {
        enabled: told["Enabled"] == true,
        managed_by_aws: told["KeyManager"] == "AWS",
        policy: Document::read(policy["Policy"].as_str().unwrap_or_default()),
    })
}

pub(super) async fn queue(aws: &Aws, arn: &str) -> Found<Queue> {
    found(read_queue(aws, arn).await.map(Some))
}

async fn read_queue(aws: &Aws, arn: &str) -> Result<Queue, CallError> {
    let owner = arn.split(':').nth(4).unwrap_or_default();
    let request = json!({"QueueName": last(arn, ':'), "QueueOwnerAWSAccountId": owner});
    let url = text(&aws.call(&GET_QUEUE_URL, request).await?["QueueUrl"]);
    let answer = aws.call(&GET_QUEUE_ATTRIBUTES, json!({"QueueUrl": url, "AttributeNames": ["All"]})).await?;
    let attributes = &answer["Attributes"];
    let number = |name: &str| attributes[name].as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    Ok(Queue {
        policy: Document::read(attributes["Policy"].as_str().unwrap_or_default()),
        visibility_seconds: number("VisibilityTimeout"),
        dead_letters: attributes["RedrivePolicy"].as_str().and_then(dead_letters),
        waiting: number("ApproximateNumberOfMessages"),
    })
}

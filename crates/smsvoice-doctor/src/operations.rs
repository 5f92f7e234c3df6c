//! Every call that the doctor makes of AWS. A call cannot be made that is not in this list, and the operator's policy is
//! made from it.

/// A service, and how its requests travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its part of a host name, and of a signature unless `signing` says otherwise.
    pub(crate) host: &'static str,
    pub(crate) signing: &'static str,
    /// Behind `AWS_ENDPOINT_URL_`.
    pub(crate) variable: &'static str,
    pub(crate) protocol: Protocol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The version of AWS JSON, and what stands before the operation in `X-Amz-Target`.
    Json(&'static str, &'static str),
    /// The version of the API, in a form.
    Query(&'static str),
    /// The operation is its path; only GET is needed.
    Rest,
    /// XML at a path, in a host of the account's own.
    S3Control,
}

const fn service(host: &'static str, variable: &'static str, protocol: Protocol) -> Service {
    Service { host, signing: host, variable, protocol }
}

const CLOUDWATCH: Service = service("monitoring", "CLOUDWATCH", Protocol::Query("2010-08-01"));
const FIREHOSE: Service = service("firehose", "FIREHOSE", Protocol::Json("1.1", "Firehose_20150804."));
const GLUE: Service = service("glue", "GLUE", Protocol::Json("1.1", "AWSGlue."));
pub(crate) const IAM: Service = service("iam", "IAM", Protocol::Query("2010-05-08"));
const KMS: Service = service("kms", "KMS", Protocol::Json("1.1", "TrentService."));
const LAMBDA: Service = service("lambda", "LAMBDA", Protocol::Rest);
const LOGS: Service = service("logs", "CLOUDWATCH_LOGS", Protocol::Json("1.1", "Logs_20140328."));
/// Two operations, of `s3_batch.rs`. None of them is the doctor's.
pub(crate) const S3_CONTROL: Service =
    Service { host: "s3-control", signing: "s3", variable: "S3_CONTROL", protocol: Protocol::S3Control };
const SMS: Service = service("sms-voice", "PINPOINT_SMS_VOICE_V2", Protocol::Json("1.0", "PinpointSMSVoiceV2."));
const SNS: Service = service("sns", "SNS", Protocol::Query("2010-03-31"));
const SQS: Service = service("sqs", "SQS", Protocol::Json("1.0", "AmazonSQS."));
const STS: Service = service("sts", "STS", Protocol::Query("2011-06-15"));

/// What an operation is asked about, and so which resources its permission names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The account: IAM knows no narrower resource.
    Account,
    /// A configuration set, by its ARN.
    Set,
    /// The roles of event destinations.
    Role,
    /// Policies that are attached to those.
    Policy,
    /// Firehose streams.
    Stream,
    /// Log groups.
    LogGroup,
    /// Topics.
    Topic,
    /// Keys of topics.
    Key,
    /// Queues behind topics.
    Queue,
    /// The function.
    Function,
    /// The Glue database and its tables.
    Table,
    /// The numbers that send.
    PhoneNumber,
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    pub(crate) service: Service,
    pub(crate) name: &'static str,
    /// The action that IAM asks a permission for.
    pub action: &'static str,
    /// What it is asked about.
    pub about: About,
}

macro_rules! operations {
    ($($constant:ident = $service:ident $name:literal $action:literal $about:ident;)*) => {
        $(pub(crate) const $constant: Operation =
            Operation { service: $service, name: $name, action: $action, about: About::$about };)*

        /// All of them.
        pub const ALL: &[Operation] = &[$($constant,)*];
    };
}

operations! {
    GET_CALLER_IDENTITY = STS "GetCallerIdentity" "sts:GetCallerIdentity" Account;
    DESCRIBE_CONFIGURATION_SETS = SMS "DescribeConfigurationSets" "sms-voice:DescribeConfigurationSets" Account;
    DESCRIBE_PHONE_NUMBERS = SMS "DescribePhoneNumbers" "sms-voice:DescribePhoneNumbers" Account;
    DESCRIBE_POOLS = SMS "DescribePools" "sms-voice:DescribePools" Account;
    SEND_TEXT_MESSAGE = SMS "SendTextMessage" "sms-voice:SendTextMessage" PhoneNumber;
    GET_ROLE = IAM "GetRole" "iam:GetRole" Role;
    LIST_ROLE_POLICIES = IAM "ListRolePolicies" "iam:ListRolePolicies" Role;
    GET_ROLE_POLICY = IAM "GetRolePolicy" "iam:GetRolePolicy" Role;
    LIST_ATTACHED_ROLE_POLICIES = IAM "ListAttachedRolePolicies" "iam:ListAttachedRolePolicies" Role;
    GET_POLICY = IAM "GetPolicy" "iam:GetPolicy" Policy;
    GET_POLICY_VERSION = IAM "GetPolicyVersion" "iam:GetPolicyVersion" Policy;
    SIMULATE_PRINCIPAL_POLICY = IAM "SimulatePrincipalPolicy" "iam:SimulatePrincipalPolicy" Role;
    DESCRIBE_DELIVERY_STREAM = FIREHOSE "DescribeDeliveryStream" "firehose:DescribeDeliveryStream" Stream;
    DESCRIBE_LOG_GROUPS = LOGS "DescribeLogGroups" "logs:DescribeLogGroups" Account;
    DESCRIBE_SUBSCRIPTION_FILTERS = LOGS "DescribeSubscriptionFilters" "logs:DescribeSubscriptionFilters" LogGroup;
    FILTER_LOG_EVENTS = LOGS "FilterLogEvents" "logs:FilterLogEvents" Function;
    GET_TOPIC_ATTRIBUTES = SNS "GetTopicAttributes" "sns:GetTopicAttributes" Topic;
    LIST_SUBSCRIPTIONS_BY_TOPIC = SNS "ListSubscriptionsByTopic" "sns:ListSubscriptionsByTopic" Topic;
    GET_SUBSCRIPTION_ATTRIBUTES = SNS "GetSubscriptionAttributes" "sns:GetSubscriptionAttributes" Topic;
    DESCRIBE_KEY = KMS "DescribeKey" "kms:DescribeKey" Key;
    GET_KEY_POLICY = KMS "GetKeyPolicy" "kms:GetKeyPolicy" Key;
    GET_QUEUE_URL = SQS "GetQueueUrl" "sqs:GetQueueUrl" Queue;
    GET_QUEUE_ATTRIBUTES = SQS "GetQueueAttributes" "sqs:GetQueueAttributes" Queue;
    GET_FUNCTION = LAMBDA "GetFunction" "lambda:GetFunction" Function;
    GET_FUNCTION_CONCURRENCY = LAMBDA "GetFunctionConcurrency" "lambda:GetFunctionConcurrency" Function;
    GET_FUNCTION_POLICY = LAMBDA "GetPolicy" "lambda:GetPolicy" Function;
    LIST_EVENT_SOURCE_MAPPINGS = LAMBDA "ListEventSourceMappings" "lambda:ListEventSourceMappings" Account;
    GET_METRIC_STATISTICS = CLOUDWATCH "GetMetricStatistics" "cloudwatch:GetMetricStatistics" Account;
    GET_TABLE = GLUE "GetTable" "glue:GetTable" Table;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_an_action_of_its_service_and_none_is_there_twice() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|operation| operation.action).collect();
        assert_eq!(names.len(), ALL.len());
        for operation in ALL {
            let (service, action) = operation.action.split_once(':').unwrap();
            assert_eq!(action, operation.name);
            assert_eq!(service, if operation.service == CLOUDWATCH { "cloudwatch" } else { operation.service.host });
        }
    }
}

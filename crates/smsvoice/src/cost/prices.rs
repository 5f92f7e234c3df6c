//! List prices, in one place. In US dollars, without free tiers, first tier of usage.

/// When the table was last looked over. Those of us-east-1 were compared with what Infracost reads from AWS's price list
/// (August 2026), those of eu-west-1 with copies of that list (September and October 2026); `infra/README.md` names each.
/// Not proved by an address are those of Firehose, of the objects of a job of S3 Batch Operations, and in eu-west-1 those of
/// dashboards, KMS and S3 Batch Operations: open the pages that are named below before you rely on them.
pub(crate) const AS_OF: &str = "2026-11-26";

/// Of one region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prices {
    pub(crate) region: &'static str,
    /// A million requests (aws.amazon.com/lambda/pricing).
    pub(crate) lambda_requests: f64,
    /// A second of a function with 1 GB on arm64 (the same page).
    pub(crate) lambda_gb_second: f64,
    /// A million publishes to a standard topic; deliveries to SQS are free (aws.amazon.com/sns/pricing).
    pub(crate) sns_publishes: f64,
    /// A million requests to a standard queue (aws.amazon.com/sqs/pricing).
    pub(crate) sqs_requests: f64,
    /// A gigabyte by Direct PUT, each record rounded up to 5 KB (aws.amazon.com/firehose/pricing).
    pub(crate) firehose_gb: f64,
    /// A gigabyte of logs taken in (aws.amazon.com/cloudwatch/pricing).
    pub(crate) logs_gb: f64,
    /// A metric of one's own a month (the same page).
    pub(crate) metric: f64,
    /// An alarm a month (the same page).
    pub(crate) alarm: f64,
    /// A dashboard a month (the same page).
    pub(crate) dashboard: f64,
    /// A thousand PUTs (aws.amazon.com/s3/pricing).
    pub(crate) s3_puts: f64,
    /// A thousand GETs (the same page).
    pub(crate) s3_gets: f64,
    /// A job of S3 Batch Operations, and a million objects of one (the same page).
    pub(crate) batch_job: f64,
    /// See `batch_job`.
    pub(crate) batch_objects: f64,
    /// A gigabyte for a month, standard (the same page).
    pub(crate) s3_gb_month: f64,
    /// A secret a month (aws.amazon.com/secrets-manager/pricing).
    pub(crate) secret: f64,
    /// A key of one's own a month, and 10,000 requests to it (aws.amazon.com/kms/pricing).
    pub(crate) kms_key: f64,
    /// See `kms_key`.
    pub(crate) kms_requests: f64,
}

const US_EAST_1: Prices = Prices {
    region: "us-east-1",
    lambda_requests: 0.20,
    lambda_gb_second: 0.000_013_333_4,
    sns_publishes: 0.50,
    sqs_requests: 0.40,
    firehose_gb: 0.029,
    logs_gb: 0.50,
    metric: 0.30,
    alarm: 0.10,
    dashboard: 3.00,
    s3_puts: 0.005,
    s3_gets: 0.000_4,
    batch_job: 0.25,
    batch_objects: 1.00,
    s3_gb_month: 0.023,
    secret: 0.40,
    kms_key: 1.00,
    kms_requests: 0.03,
};

/// The regions of the table. The two others of the United States have the prices of the first.
pub(crate) const ALL: [Prices; 4] = [
    US_EAST_1,
    Prices { region: "us-east-2", ..US_EAST_1 },
    Prices { region: "us-west-2", ..US_EAST_1 },
    Prices { region: "eu-west-1", firehose_gb: 0.031, logs_gb: 0.57, ..US_EAST_1 },
];

/// The prices of a region; none if the table has none.
pub(crate) fn of(region: &str) -> Option<&'static Prices> {
    static TABLE: [Prices; ALL.len()] = ALL;
    TABLE.iter().find(|prices| prices.region == region)
}

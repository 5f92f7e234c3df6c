# Who may do what. Nothing has a wildcard but the streams within one log group.

data "aws_iam_policy_document" "function_role_trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function_role" {
  name_prefix        = "${var.name}-"
  assume_role_policy = data.aws_iam_policy_document.function_role_trust.json
}

data "aws_iam_policy_document" "function_role_function" {
  statement {
    sid     = "ReadAndPutFilesOfTheLake"
    effect  = "Allow"
    actions = ["s3:GetObject", "s3:PutObject"]
    resources = [
      "${aws_s3_bucket.lake_bucket.arn}/_lake.json",
      "${aws_s3_bucket.lake_bucket.arn}/events/*",
      "${aws_s3_bucket.lake_bucket.arn}/quarantine/*",
    ]
  }

  statement {
    sid       = "ReadRawEvents"
    effect    = "Allow"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.lake_bucket.arn}/raw/*"]
  }

  statement {
    sid       = "TellWhatIsNotThereFromWhatIsForbidden"
    effect    = "Allow"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.lake_bucket.arn]
  }

  statement {
    sid       = "TakeFromTheQueue"
    effect    = "Allow"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.queue.arn]
  }

  statement {
    sid       = "KeepWhatFailed"
    effect    = "Allow"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failed_queue.arn]
  }

  statement {
    sid       = "Log"
    effect    = "Allow"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function_logs.arn}:*"]
  }
}

resource "aws_iam_role_policy" "function_role_function" {
  name   = "function"
  role   = aws_iam_role.function_role.id
  policy = data.aws_iam_policy_document.function_role_function.json
}

data "aws_iam_policy_document" "function_role_phone_key" {
  count = var.phone_numbers == "hmac" ? 1 : 0

  statement {
    sid       = "ReadTheKey"
    effect    = "Allow"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.phone_key[0].arn]
  }
}

resource "aws_iam_role_policy" "function_role_phone_key" {
  count  = var.phone_numbers == "hmac" ? 1 : 0
  name   = "phone-key"
  role   = aws_iam_role.function_role.id
  policy = data.aws_iam_policy_document.function_role_phone_key[0].json
}

data "aws_iam_policy_document" "function_role_watch" {
  count = var.watch_schedule != "" ? 1 : 0

  statement {
    sid    = "AskAthena"
    effect = "Allow"
    actions = [
      "athena:StartQueryExecution",
      "athena:GetQueryExecution",
      "athena:GetQueryResults",
      "athena:StopQueryExecution",
      "athena:GetPreparedStatement",
    ]
    resources = ["arn:${data.aws_partition.current.partition}:athena:${data.aws_region.current.region}:${local.account}:workgroup/${aws_athena_workgroup.work_group.name}"]
  }

  statement {
    sid     = "FindTheTable"
    effect  = "Allow"
    actions = ["glue:GetDatabase", "glue:GetTable"]
    resources = [
      "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.region}:${local.account}:catalog",
      "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.region}:${local.account}:database/${var.database}",
      "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.region}:${local.account}:table/${var.database}/events",
    ]
  }

  statement {
    sid       = "FindTheBucket"
    effect    = "Allow"
    actions   = ["s3:GetBucketLocation"]
    resources = [aws_s3_bucket.lake_bucket.arn]
  }

  statement {
    sid       = "KeepTheAnswer"
    effect    = "Allow"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${aws_s3_bucket.lake_bucket.arn}/athena/*"]
  }
}

resource "aws_iam_role_policy" "function_role_watch" {
  count  = var.watch_schedule != "" ? 1 : 0
  name   = "watch"
  role   = aws_iam_role.function_role.id
  policy = data.aws_iam_policy_document.function_role_watch[0].json
}

data "aws_iam_policy_document" "function_role_watch_topic" {
  count = var.watch_schedule != "" && var.watch_topic != "" ? 1 : 0

  statement {
    sid       = "TellOfSigns"
    effect    = "Allow"
    actions   = ["sns:Publish"]
    resources = [var.watch_topic]
  }
}

resource "aws_iam_role_policy" "function_role_watch_topic" {
  count  = var.watch_schedule != "" && var.watch_topic != "" ? 1 : 0
  name   = "watch-topic"
  role   = aws_iam_role.function_role.id
  policy = data.aws_iam_policy_document.function_role_watch_topic[0].json
}

data "aws_iam_policy_document" "function_role_bucket_key" {
  count = var.key_arn != "" ? 1 : 0

  statement {
    sid       = "UseTheBucketsKey"
    effect    = "Allow"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
  }
}

resource "aws_iam_role_policy" "function_role_bucket_key" {
  count  = var.key_arn != "" ? 1 : 0
  name   = "bucket-key"
  role   = aws_iam_role.function_role.id
  policy = data.aws_iam_policy_document.function_role_bucket_key[0].json
}

data "aws_iam_policy_document" "stream_role_trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "stream_role" {
  count              = var.route_firehose ? 1 : 0
  name_prefix        = "${var.name}-"
  assume_role_policy = data.aws_iam_policy_document.stream_role_trust.json
}

data "aws_iam_policy_document" "stream_role_stream" {
  count = var.route_firehose ? 1 : 0

  statement {
    sid       = "WriteTheArchive"
    effect    = "Allow"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${aws_s3_bucket.lake_bucket.arn}/raw/*"]
  }

  statement {
    sid       = "FindTheBucket"
    effect    = "Allow"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.lake_bucket.arn]
  }

  statement {
    sid       = "Transform"
    effect    = "Allow"
    actions   = ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"]
    resources = [aws_lambda_function.function.arn]
  }

  statement {
    sid       = "Log"
    effect    = "Allow"
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.stream_logs[0].arn}:*"]
  }
}

resource "aws_iam_role_policy" "stream_role_stream" {
  count  = var.route_firehose ? 1 : 0
  name   = "stream"
  role   = aws_iam_role.stream_role[0].id
  policy = data.aws_iam_policy_document.stream_role_stream[0].json
}

data "aws_iam_policy_document" "stream_role_bucket_key" {
  count = var.route_firehose && var.key_arn != "" ? 1 : 0

  statement {
    sid       = "UseTheBucketsKey"
    effect    = "Allow"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
  }
}

resource "aws_iam_role_policy" "stream_role_bucket_key" {
  count  = var.route_firehose && var.key_arn != "" ? 1 : 0
  name   = "bucket-key"
  role   = aws_iam_role.stream_role[0].id
  policy = data.aws_iam_policy_document.stream_role_bucket_key[0].json
}

data "aws_iam_policy_document" "events_role_trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["sms-voice.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "events_role" {
  count              = var.route_firehose || var.route_logs ? 1 : 0
  name               = "${var.name}-events"
  assume_role_policy = data.aws_iam_policy_document.events_role_trust.json
}

data "aws_iam_policy_document" "events_role_stream" {
  count = var.route_firehose ? 1 : 0

  statement {
    sid       = "PutEvents"
    effect    = "Allow"
    actions   = ["firehose:PutRecord"]
    resources = [aws_kinesis_firehose_delivery_stream.stream[0].arn]
  }
}

resource "aws_iam_role_policy" "events_role_stream" {
  count  = var.route_firehose ? 1 : 0
  name   = "stream"
  role   = aws_iam_role.events_role[0].id
  policy = data.aws_iam_policy_document.events_role_stream[0].json
}

data "aws_iam_policy_document" "events_role_logs" {
  count = var.route_logs ? 1 : 0

  statement {
    sid       = "WriteEvents"
    effect    = "Allow"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.event_logs[0].arn}:*"]
  }
}

resource "aws_iam_role_policy" "events_role_logs" {
  count  = var.route_logs ? 1 : 0
  name   = "logs"
  role   = aws_iam_role.events_role[0].id
  policy = data.aws_iam_policy_document.events_role_logs[0].json
}

data "aws_iam_policy_document" "backfill_role_trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["batchoperations.s3.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "backfill_role" {
  count              = var.backfill ? 1 : 0
  name               = "${var.name}-backfill"
  assume_role_policy = data.aws_iam_policy_document.backfill_role_trust.json
}

data "aws_iam_policy_document" "backfill_role_backfill" {
  count = var.backfill ? 1 : 0

  statement {
    sid       = "Invoke"
    effect    = "Allow"
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.function.arn]
  }

  statement {
    sid       = "ReadTheManifest"
    effect    = "Allow"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.lake_bucket.arn}/backfill/*"]
  }

  statement {
    sid       = "WriteTheReport"
    effect    = "Allow"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.lake_bucket.arn}/backfill/*"]
  }
}

resource "aws_iam_role_policy" "backfill_role_backfill" {
  count  = var.backfill ? 1 : 0
  name   = "backfill"
  role   = aws_iam_role.backfill_role[0].id
  policy = data.aws_iam_policy_document.backfill_role_backfill[0].json
}

data "aws_iam_policy_document" "backfill_role_bucket_key" {
  count = var.backfill && var.key_arn != "" ? 1 : 0

  statement {
    sid       = "UseTheBucketsKey"
    effect    = "Allow"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
  }
}

resource "aws_iam_role_policy" "backfill_role_bucket_key" {
  count  = var.backfill && var.key_arn != "" ? 1 : 0
  name   = "bucket-key"
  role   = aws_iam_role.backfill_role[0].id
  policy = data.aws_iam_policy_document.backfill_role_bucket_key[0].json
}

# The routes, each by its variable. A configuration set with destinations for them is made by `smsvoice apply`, or written by
# `smsvoice export --format terraform`: the template's parameter ConfigurationSet has no counterpart here.

resource "aws_sns_topic" "topic" {
  count             = var.route_sns ? 1 : 0
  name_prefix       = "${var.name}-"
  kms_master_key_id = var.key_arn != "" ? var.key_arn : null
}

data "aws_iam_policy_document" "topic_policy" {
  count = var.route_sns ? 1 : 0

  statement {
    sid       = "EventsOfThisAccount"
    effect    = "Allow"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.topic[0].arn]

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

resource "aws_sns_topic_policy" "topic_policy" {
  count  = var.route_sns ? 1 : 0
  arn    = aws_sns_topic.topic[0].arn
  policy = data.aws_iam_policy_document.topic_policy[0].json
}

resource "aws_sns_topic_subscription" "topic_subscription" {
  count                = var.route_sns ? 1 : 0
  topic_arn            = aws_sns_topic.topic[0].arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.queue.arn
  raw_message_delivery = false # the notification tells account and region
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letter_queue.arn })
}

resource "aws_cloudwatch_event_rule" "rule" {
  count       = var.route_event_bridge ? 1 : 0
  description = "Delivery events of AWS End User Messaging, with and without a configuration set"
  event_pattern = jsonencode({
    source = ["aws.sms-voice"]
    detail-type = [
      "Text Message Delivery Status Updated",
      "Media Message Delivery Status Updated",
      "Voice Message Delivery Status Updated",
    ]
  })
}

resource "aws_cloudwatch_event_target" "rule" {
  count     = var.route_event_bridge ? 1 : 0
  rule      = aws_cloudwatch_event_rule.rule[0].name
  target_id = "queue"
  arn       = aws_sqs_queue.queue.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letter_queue.arn
  }
}

resource "aws_kinesis_firehose_delivery_stream" "stream" {
  count       = var.route_firehose ? 1 : 0
  name        = var.name
  destination = "extended_s3"

  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }

  extended_s3_configuration {
    bucket_arn          = aws_s3_bucket.lake_bucket.arn
    role_arn            = aws_iam_role.stream_role[0].arn
    prefix              = "raw/firehose/!{timestamp:yyyy-MM-dd}/"
    error_output_prefix = "raw/failed/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/"
    compression_format  = "GZIP"
    buffering_interval  = 300
    buffering_size      = 64

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.stream_logs[0].name
      log_stream_name = aws_cloudwatch_log_stream.stream_log_stream[0].name
    }

    processing_configuration {
      enabled = true

      processors {
        type = "Lambda"

        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = aws_lambda_function.function.arn
        }
        parameters {
          parameter_name  = "NumberOfRetries"
          parameter_value = "3"
        }
        parameters {
          parameter_name  = "BufferSizeInMBs"
          parameter_value = "3"
        }
        parameters {
          parameter_name  = "BufferIntervalInSeconds"
          parameter_value = var.batch_window
        }
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "stream_logs" {
  count             = var.route_firehose ? 1 : 0
  name_prefix       = "/aws/kinesisfirehose/${var.name}-"
  retention_in_days = 365
}

resource "aws_cloudwatch_log_stream" "stream_log_stream" {
  count          = var.route_firehose ? 1 : 0
  name           = "delivery"
  log_group_name = aws_cloudwatch_log_group.stream_logs[0].name
}

resource "aws_cloudwatch_log_group" "event_logs" {
  count             = var.route_logs ? 1 : 0
  name              = "/${var.name}/events"
  retention_in_days = 7
  kms_key_id        = var.key_arn != "" ? var.key_arn : null
}

resource "aws_cloudwatch_log_subscription_filter" "event_logs_subscription" {
  count           = var.route_logs ? 1 : 0
  name            = var.name
  log_group_name  = aws_cloudwatch_log_group.event_logs[0].name
  filter_pattern  = ""
  destination_arn = aws_lambda_function.function.arn
  depends_on      = [aws_lambda_permission.event_logs_permission]
}

resource "aws_lambda_permission" "event_logs_permission" {
  count          = var.route_logs ? 1 : 0
  function_name  = aws_lambda_function.function.function_name
  action         = "lambda:InvokeFunction"
  principal      = "logs.amazonaws.com"
  source_account = local.account
  source_arn     = "${aws_cloudwatch_log_group.event_logs[0].arn}:*"
}

# The function, its queue, and what failed.

resource "aws_lambda_function" "function" {
  function_name                  = var.name
  filename                       = var.code
  source_code_hash               = filebase64sha256(var.code)
  handler                        = "bootstrap"
  runtime                        = "provided.al2023"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_size
  timeout                        = 60
  reserved_concurrent_executions = var.concurrency
  role                           = aws_iam_role.function_role.arn

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function_logs.name
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.failed_queue.arn
  }

  environment {
    variables = merge(
      {
        SMSVOICE_LAKE          = "s3://${aws_s3_bucket.lake_bucket.id}"
        SMSVOICE_PHONE_NUMBERS = var.phone_numbers
        SMSVOICE_LOG           = var.log_level
        SMSVOICE_NAMESPACE     = var.name
      },
      var.phone_numbers == "hmac" ? { SMSVOICE_PHONE_KEY = aws_secretsmanager_secret.phone_key[0].arn } : {},
      var.context_columns != "" ? { SMSVOICE_CONTEXT_COLUMNS = var.context_columns } : {},
      var.context_keep != "" ? { SMSVOICE_CONTEXT_KEEP = var.context_keep } : {},
      var.quarantine_recipient != "" ? { SMSVOICE_QUARANTINE_RECIPIENT = var.quarantine_recipient } : {},
      var.watch_schedule != "" ? {
        SMSVOICE_WATCH_WORKGROUP  = aws_athena_workgroup.work_group.name
        SMSVOICE_WATCH_DATABASE   = var.database
        SMSVOICE_WATCH_THRESHOLDS = var.watch_thresholds
      } : {},
      var.watch_schedule != "" && var.watch_topic != "" ? { SMSVOICE_WATCH_TOPIC = var.watch_topic } : {},
    )
  }
}

resource "aws_lambda_function_event_invoke_config" "function_event_invoke_config" {
  function_name                = aws_lambda_function.function.function_name
  maximum_event_age_in_seconds = 21600
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed_queue.arn
    }
  }
}

resource "aws_lambda_event_source_mapping" "function_queue" {
  function_name                      = aws_lambda_function.function.arn
  event_source_arn                   = aws_sqs_queue.queue.arn
  batch_size                         = var.batch_size
  maximum_batching_window_in_seconds = var.batch_window
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.concurrency
  }
}

resource "aws_cloudwatch_log_group" "function_logs" {
  name_prefix       = "/aws/lambda/${var.name}-"
  retention_in_days = 365
}

resource "aws_sqs_queue" "queue" {
  name_prefix                = "${var.name}-"
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 660 # six times the function's 60 seconds, and the longest batch window

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter_queue.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead_letter_queue" {
  name_prefix               = "${var.name}-dead-"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "failed_queue" {
  name_prefix               = "${var.name}-failed-"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "queue_policy" {
  statement {
    sid       = "FromThisAccount"
    effect    = "Allow"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.queue.arn]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com", "events.amazonaws.com", "s3.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.queue.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "queue_policy" {
  queue_url = aws_sqs_queue.queue.id
  policy    = data.aws_iam_policy_document.queue_policy.json
}

data "aws_iam_policy_document" "dead_letter_queue_policy" {
  statement {
    sid       = "FromThisAccount"
    effect    = "Allow"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letter_queue.arn]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com", "events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letter_queue_policy" {
  queue_url = aws_sqs_queue.dead_letter_queue.id
  policy    = data.aws_iam_policy_document.dead_letter_queue_policy.json
}

# Alarms and the dashboard. Each alarm names its section of ../README.md in its description.

locals {
  alarms = {
    silent = {
      enabled     = true
      description = "No event came while money was spent on messages. README, No events."
      metrics = [
        { id = "result", label = "Silent", expression = "IF(RATE(spent) > 0 AND FILL(received, 0) == 0, 1, 0)" },
        { id = "spent", namespace = "AWS/SMSVoice", name = "TextMessageMonthlySpend", stat = "Maximum", period = 300 },
        { id = "received", namespace = var.name, name = "received", stat = "Sum", period = 300 },
      ]
      dimensions = {}
      periods    = 288
      datapoints = var.silent_periods
      threshold  = 1
      comparison = "GreaterThanOrEqualToThreshold"
    }
    delivery_rate = {
      enabled     = true
      description = "Fewer of an hour's concluded events than DeliveryRate per cent say delivered or accepted. README, Delivery rate."
      metrics = [
        { id = "result", label = "DeliveryRate", expression = "IF(delivered + accepted + failed + blocked >= 50, 100 * (delivered + accepted) / (delivered + accepted + failed + blocked))" },
        { id = "delivered", namespace = var.name, name = "events_delivered", stat = "Sum", period = 3600 },
        { id = "accepted", namespace = var.name, name = "events_accepted", stat = "Sum", period = 3600 },
        { id = "failed", namespace = var.name, name = "events_failed", stat = "Sum", period = 3600 },
        { id = "blocked", namespace = var.name, name = "events_blocked", stat = "Sum", period = 3600 },
      ]
      dimensions = {}
      periods    = 1
      datapoints = null
      threshold  = var.delivery_rate
      comparison = "LessThanThreshold"
    }
    refused = {
      enabled     = true
      description = "Carriers refuse messages as abuse or advertising. README, Refused by carriers."
      metrics = [
        { id = "result", label = "Refused", expression = "carrier + spam" },
        { id = "carrier", namespace = var.name, name = "events_carrier_blocked", stat = "Sum", period = 3600 },
        { id = "spam", namespace = var.name, name = "events_spam", stat = "Sum", period = 3600 },
      ]
      dimensions = {}
      periods    = 1
      datapoints = null
      threshold  = var.refused_events
      comparison = "GreaterThanOrEqualToThreshold"
    }
    unknown = {
      enabled     = true
      description = "Many messages whose end AWS does not know after 72 hours, or tells later. README, Unknown."
      metrics = [
        { id = "result", label = "Unknown", expression = "unknown + late" },
        { id = "unknown", namespace = var.name, name = "events_unknown", stat = "Sum", period = 3600 },
        { id = "late", namespace = var.name, name = "late_over_72h", stat = "Sum", period = 3600 },
      ]
      dimensions = {}
      periods    = 1
      datapoints = null
      threshold  = var.unknown_events
      comparison = "GreaterThanOrEqualToThreshold"
    }
    pumping = {
      enabled     = var.watch_schedule != ""
      description = "Somebody seems to pump traffic. README, Traffic pumping."
      metric      = { namespace = var.name, name = "PumpingSigns", stat = "Maximum", period = 3600 }
      dimensions  = {}
      periods     = 1
      datapoints  = null
      threshold   = 1
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    quarantine = {
      enabled     = true
      description = "Something could not be read; it is kept in quarantine. README, Quarantine."
      metric      = { namespace = var.name, name = "quarantined", stat = "Sum", period = 300 }
      dimensions  = {}
      periods     = 1
      datapoints  = null
      threshold   = 1
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    not_durable = {
      enabled     = true
      description = "Events could not be written, and are delivered again. README, Not durable."
      metric      = { namespace = var.name, name = "to_retry", stat = "Sum", period = 300 }
      dimensions  = {}
      periods     = 3
      datapoints  = null
      threshold   = 1
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    dead_letter = {
      enabled     = true
      description = "Messages were given up after five attempts. README, Dead letters."
      metric      = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Maximum", period = 300 }
      dimensions  = { QueueName = aws_sqs_queue.dead_letter_queue.name }
      periods     = 1
      datapoints  = null
      threshold   = 1
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    failed = {
      enabled     = true
      description = "Invocations were given up after three attempts. README, Dead letters."
      metric      = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Maximum", period = 300 }
      dimensions  = { QueueName = aws_sqs_queue.failed_queue.name }
      periods     = 1
      datapoints  = null
      threshold   = 1
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    queue_age = {
      enabled     = true
      description = "The oldest message waits longer than QueueAge seconds. README, Queue age."
      metric      = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", stat = "Maximum", period = 300 }
      dimensions  = { QueueName = aws_sqs_queue.queue.name }
      periods     = 1
      datapoints  = null
      threshold   = var.queue_age
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    errors = {
      enabled     = true
      description = "The function fails. README, Errors and throttles."
      metric      = { namespace = "AWS/Lambda", name = "Errors", stat = "Sum", period = 300 }
      dimensions  = { FunctionName = aws_lambda_function.function.function_name }
      periods     = 2
      datapoints  = null
      threshold   = 1
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    throttles = {
      enabled     = true
      description = "The function is asked for more often than Concurrency allows. README, Errors and throttles."
      metric      = { namespace = "AWS/Lambda", name = "Throttles", stat = "Sum", period = 300 }
      dimensions  = { FunctionName = aws_lambda_function.function.function_name }
      periods     = 3
      datapoints  = null
      threshold   = 1
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    stream_age = {
      enabled     = var.route_firehose
      description = "The oldest record waits in the stream. README, Queue age."
      metric      = { namespace = "AWS/Firehose", name = "DeliveryToS3.DataFreshness", stat = "Maximum", period = 300 }
      dimensions  = { DeliveryStreamName = var.name }
      periods     = 1
      datapoints  = null
      threshold   = var.queue_age
      comparison  = "GreaterThanOrEqualToThreshold"
    }
    spend = {
      enabled     = true
      description = "Text messages of this month cost more than SpendLimit dollars. README, Spend."
      metric      = { namespace = "AWS/SMSVoice", name = "TextMessageMonthlySpend", stat = "Maximum", period = 3600 }
      dimensions  = {}
      periods     = 1
      datapoints  = null
      threshold   = var.spend_limit
      comparison  = "GreaterThanOrEqualToThreshold"
    }
  }
}

resource "aws_sns_topic" "alarm_topic" {
  name_prefix = "${var.name}-alarms-"
}

resource "aws_sns_topic_subscription" "alarm_email_subscription" {
  count     = var.alarm_email != "" ? 1 : 0
  topic_arn = aws_sns_topic.alarm_topic.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = { for name, alarm in local.alarms : name => alarm if alarm.enabled }
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.datapoints
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarm_topic.arn]
  ok_actions          = [aws_sns_topic.alarm_topic.arn]

  # One metric alone, or an expression over several.
  namespace   = try(each.value.metric.namespace, null)
  metric_name = try(each.value.metric.name, null)
  statistic   = try(each.value.metric.stat, null)
  period      = try(each.value.metric.period, null)
  dimensions  = each.value.dimensions

  dynamic "metric_query" {
    for_each = try(each.value.metrics, [])

    content {
      id          = metric_query.value.id
      label       = try(metric_query.value.label, null)
      expression  = try(metric_query.value.expression, null)
      return_data = can(metric_query.value.expression)

      dynamic "metric" {
        for_each = can(metric_query.value.expression) ? [] : [metric_query.value]

        content {
          namespace   = metric.value.namespace
          metric_name = metric.value.name
          stat        = metric.value.stat
          period      = metric.value.period
        }
      }
    }
  }
}

resource "aws_cloudwatch_dashboard" "dashboard" {
  dashboard_name = var.name
  dashboard_body = templatefile("${path.module}/dashboard.json.tftpl", {
    name              = var.name
    region            = data.aws_region.current.region
    queue             = aws_sqs_queue.queue.name
    dead_letter_queue = aws_sqs_queue.dead_letter_queue.name
    failed_queue      = aws_sqs_queue.failed_queue.name
    function          = aws_lambda_function.function.function_name
    workgroup         = aws_athena_workgroup.work_group.name
  })
}

# The watch for traffic pumping: the function is asked to look by this input, and by no other.

resource "aws_cloudwatch_event_rule" "watch_rule" {
  count               = var.watch_schedule != "" ? 1 : 0
  description         = "Looks for traffic pumping"
  schedule_expression = var.watch_schedule
}

resource "aws_cloudwatch_event_target" "watch_rule" {
  count     = var.watch_schedule != "" ? 1 : 0
  rule      = aws_cloudwatch_event_rule.watch_rule[0].name
  target_id = "watch"
  arn       = aws_lambda_function.function.arn
  input     = jsonencode({ smsvoice = "watch" })
}

resource "aws_lambda_permission" "watch_permission" {
  count          = var.watch_schedule != "" ? 1 : 0
  function_name  = aws_lambda_function.function.function_name
  action         = "lambda:InvokeFunction"
  principal      = "events.amazonaws.com"
  source_account = local.account
  source_arn     = aws_cloudwatch_event_rule.watch_rule[0].arn
}

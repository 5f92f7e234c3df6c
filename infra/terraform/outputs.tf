# The same as the template's.

output "lake_url" {
  description = "The lake"
  value       = "s3://${aws_s3_bucket.lake_bucket.id}"
}

output "function_name" {
  description = "The function"
  value       = aws_lambda_function.function.function_name
}

output "work_group_name" {
  description = "Where to ask in Athena"
  value       = aws_athena_workgroup.work_group.name
}

output "queue_url" {
  description = "The queue"
  value       = aws_sqs_queue.queue.url
}

output "alarm_topic_arn" {
  description = "Where alarms are told"
  value       = aws_sns_topic.alarm_topic.arn
}

output "topic_arn" {
  description = "For an SNS destination"
  value       = one(aws_sns_topic.topic[*].arn)
}

output "stream_arn" {
  description = "For a Firehose destination"
  value       = one(aws_kinesis_firehose_delivery_stream.stream[*].arn)
}

output "log_group_arn" {
  description = "For a CloudWatch Logs destination"
  value       = one(aws_cloudwatch_log_group.event_logs[*].arn)
}

output "events_role_arn" {
  description = "The role of a Firehose or CloudWatch Logs destination"
  value       = one(aws_iam_role.events_role[*].arn)
}

output "backfill_role_arn" {
  description = "The role of smsvoice backfill"
  value       = one(aws_iam_role.backfill_role[*].arn)
}

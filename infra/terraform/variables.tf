# One for each parameter of ../template.yaml, with its default.

variable "name" {
  description = "What a stack is called: the workgroup, the stream, the dashboard, the namespace of metrics."
  type        = string
  default     = "smsvoice"
}

variable "route_sns" {
  description = "Events by an SNS topic and a queue. The default route - at least once, seconds of delay, retries for 14 days."
  type        = bool
  default     = true
}

variable "route_firehose" {
  description = "Events by a Firehose stream that the function transforms; the stream keeps the raw events in the bucket."
  type        = bool
  default     = false
}

variable "route_logs" {
  description = "Events by a log group with a subscription of the function."
  type        = bool
  default     = false
}

variable "route_event_bridge" {
  description = "Events that the service puts on the default bus. The safety net for sends without a configuration set; best effort."
  type        = bool
  default     = false
}

variable "route_s3" {
  description = "Every object that somebody puts below raw/ in the bucket. Not together with RouteFirehose, whose archive lies there too."
  type        = bool
  default     = false
}

variable "backfill" {
  description = "The role with which S3 Batch Operations invokes the function for each object of an archive (smsvoice backfill)."
  type        = bool
  default     = false
}

variable "architecture" {
  description = "arm64 costs a fifth less a second than x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "It has to be one of arm64, x86_64."
  }
}

variable "memory_size" {
  description = "Megabytes. With 1024 a batch of 10,000 events takes well under a second; processor time grows with memory."
  type        = number
  default     = 1024

  validation {
    condition     = var.memory_size >= 256
    error_message = "It has to be at least 256."
  }

  validation {
    condition     = var.memory_size <= 10240
    error_message = "It has to be at most 10240."
  }
}

variable "concurrency" {
  description = "Functions at a time, reserved for this one and at most. More of them make more and smaller files."
  type        = number
  default     = 10

  validation {
    condition     = var.concurrency >= 2
    error_message = "It has to be at least 2."
  }

  validation {
    condition     = var.concurrency <= 1000
    error_message = "It has to be at most 1000."
  }
}

variable "batch_size" {
  description = "Messages of the queue in one invocation at most. One invocation makes one file a channel and day."
  type        = number
  default     = 10000

  validation {
    condition     = var.batch_size >= 1
    error_message = "It has to be at least 1."
  }

  validation {
    condition     = var.batch_size <= 10000
    error_message = "It has to be at most 10000."
  }
}

variable "batch_window" {
  description = "Seconds that the queue is collected for a batch. Files are as rare as batches; so is what S3 costs."
  type        = number
  default     = 60

  validation {
    condition     = var.batch_window >= 1
    error_message = "It has to be at least 1."
  }

  validation {
    condition     = var.batch_window <= 300
    error_message = "It has to be at most 300."
  }
}

variable "phone_numbers" {
  description = "How numbers of recipients are stored. hmac keeps equal numbers equal under a key that this stack makes."
  type        = string
  default     = "mask"

  validation {
    condition     = contains(["mask", "hmac", "drop", "plain"], var.phone_numbers)
    error_message = "It has to be one of mask, hmac, drop, plain."
  }
}

variable "context_columns" {
  description = "Context keys that get columns of their own, separated by commas."
  type        = string
  default     = ""
}

variable "context_keep" {
  description = "Context keys whose digits are no telephone numbers, order numbers say, and are not hidden; separated by commas."
  type        = string
  default     = ""
}

variable "quarantine_recipient" {
  description = "An age public key (age-keygen prints one), for which quarantine that cannot be searched for numbers is encrypted."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(age1[0-9a-z]{58})?$", var.quarantine_recipient))
    error_message = "It has to be as ^(age1[0-9a-z]{58})?$ allows."
  }
}

variable "log_level" {
  description = "What the function logs."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["error", "warn", "info", "debug", "trace"], var.log_level)
    error_message = "It has to be one of error, warn, info, debug, trace."
  }
}

variable "database" {
  description = "The database of the tables."
  type        = string
  default     = "smsvoice"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,127}$", var.database))
    error_message = "It has to be as ^[a-z][a-z0-9_]{0,127}$ allows."
  }
}

variable "first_day" {
  description = "The first day that the tables know. Events of a day before are in the lake, and in no answer."
  type        = string
  default     = "2026-01-01"

  validation {
    condition     = can(regex("^20[0-9]{2}-[01][0-9]-[0-3][0-9]$", var.first_day))
    error_message = "It has to be as ^20[0-9]{2}-[01][0-9]-[0-3][0-9]$ allows."
  }
}

variable "key_arn" {
  description = "A KMS key for the bucket; empty for Amazon's own (SSE-S3). Its policy has to allow this account's roles."
  type        = string
  default     = ""
}

variable "raw_days" {
  description = "Days that raw events are kept."
  type        = number
  default     = 400

  validation {
    condition     = var.raw_days >= 1
    error_message = "It has to be at least 1."
  }
}

variable "quarantine_days" {
  description = "Days that quarantine is kept."
  type        = number
  default     = 400

  validation {
    condition     = var.quarantine_days >= 1
    error_message = "It has to be at least 1."
  }
}

variable "events_days" {
  description = "Days that events are kept."
  type        = number
  default     = 1825

  validation {
    condition     = var.events_days >= 30
    error_message = "It has to be at least 30."
  }
}

variable "bytes_per_query" {
  description = "Bytes that one query may read in Athena. 10 GB cost 5 cents."
  type        = number
  default     = 10000000000

  validation {
    condition     = var.bytes_per_query >= 10000000
    error_message = "It has to be at least 10000000."
  }
}

variable "watch_schedule" {
  description = "When the function looks for traffic pumping, rate(1 hour) or cron(5 * * * ? *); empty for never. Each look is a query over 16 days."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^(rate|cron)\\(.+\\)$", var.watch_schedule))
    error_message = "It has to be a schedule of EventBridge, or empty."
  }
}

variable "watch_topic" {
  description = "The ARN of a topic that is told of each sign of pumping; empty to leave it to the alarm."
  type        = string
  default     = ""
}

variable "watch_thresholds" {
  description = "What is taken for a sign of pumping, by the names of the flags of smsvoice watch."
  type        = string
  default     = "past-days=15,mads=5,least-messages=40,rate-drop=0.9,gather=0.15"
}

variable "alarm_email" {
  description = "Who is told of alarms; empty to subscribe to the topic in another way."
  type        = string
  default     = ""
}

variable "silent_periods" {
  description = "Periods of five minutes of a day without an event, while money is spent on messages, that ring."
  type        = number
  default     = 12

  validation {
    condition     = var.silent_periods >= 1
    error_message = "It has to be at least 1."
  }

  validation {
    condition     = var.silent_periods <= 288
    error_message = "It has to be at most 288."
  }
}

variable "delivery_rate" {
  description = "Per cent of an hour's concluding events; a lower share that says delivered or accepted rings."
  type        = number
  default     = 80

  validation {
    condition     = var.delivery_rate >= 0
    error_message = "It has to be at least 0."
  }

  validation {
    condition     = var.delivery_rate <= 100
    error_message = "It has to be at most 100."
  }
}

variable "refused_events" {
  description = "Events of an hour, carrier blocked or spam, that ring."
  type        = number
  default     = 20

  validation {
    condition     = var.refused_events >= 1
    error_message = "It has to be at least 1."
  }
}

variable "unknown_events" {
  description = "Events of an hour that say unknown (AWS gives up after 72 hours) or that came over 72 hours late, that ring."
  type        = number
  default     = 100

  validation {
    condition     = var.unknown_events >= 1
    error_message = "It has to be at least 1."
  }
}

variable "queue_age" {
  description = "Seconds that the oldest message may wait in the queue."
  type        = number
  default     = 900

  validation {
    condition     = var.queue_age >= 60
    error_message = "It has to be at least 60."
  }
}

variable "spend_limit" {
  description = "Dollars of a month for text messages that ring."
  type        = number
  default     = 1000

  validation {
    condition     = var.spend_limit >= 1
    error_message = "It has to be at least 1."
  }
}

variable "code" {
  description = "The function's zip on this machine, of a release or made by cargo lambda build --output-format zip."
  type        = string
}

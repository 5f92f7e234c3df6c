# The lake: raw/ as it came, events/ and quarantine/ as tables, athena/ for answers, backfill/ for manifests and reports.

resource "aws_s3_bucket" "lake_bucket" {
  bucket_prefix = "${var.name}-"

  lifecycle {
    prevent_destroy = true # the template retains it
  }
}

resource "aws_s3_bucket_versioning" "lake_bucket" {
  bucket = aws_s3_bucket.lake_bucket.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "lake_bucket" {
  bucket                  = aws_s3_bucket.lake_bucket.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "lake_bucket" {
  bucket = aws_s3_bucket.lake_bucket.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "lake_bucket" {
  bucket = aws_s3_bucket.lake_bucket.id

  rule {
    bucket_key_enabled = var.key_arn != ""

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.key_arn != "" ? "aws:kms" : "AES256"
      kms_master_key_id = var.key_arn != "" ? var.key_arn : null
    }
  }
}

resource "aws_s3_bucket_notification" "lake_bucket" {
  count      = var.route_s3 ? 1 : 0
  bucket     = aws_s3_bucket.lake_bucket.id
  depends_on = [aws_sqs_queue_policy.queue_policy] # S3 tries whether it may send to the queue

  queue {
    queue_arn     = aws_sqs_queue.queue.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "raw/"
  }

  lifecycle {
    precondition {
      condition     = !var.route_firehose
      error_message = "Firehose's archive lies below raw/ as well, so that each event would be read twice."
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "lake_bucket" {
  bucket     = aws_s3_bucket.lake_bucket.id
  depends_on = [aws_s3_bucket_versioning.lake_bucket]

  rule {
    id     = "raw"
    status = "Enabled"
    filter {
      prefix = "raw/"
    }
    expiration {
      days = var.raw_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "quarantine"
    status = "Enabled"
    filter {
      prefix = "quarantine/"
    }
    expiration {
      days = var.quarantine_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "events"
    status = "Enabled"
    filter {
      prefix = "events/"
    }
    expiration {
      days = var.events_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "answers"
    status = "Enabled"
    filter {
      prefix = "athena/"
    }
    expiration {
      days = 30
    }
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  rule {
    id     = "backfill"
    status = "Enabled"
    filter {
      prefix = "backfill/"
    }
    expiration {
      days = 90
    }
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  rule {
    id     = "unfinished"
    status = "Enabled"
    filter {
      prefix = ""
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

data "aws_iam_policy_document" "lake_bucket_policy" {
  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.lake_bucket.arn, "${aws_s3_bucket.lake_bucket.arn}/*"]

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

resource "aws_s3_bucket_policy" "lake_bucket_policy" {
  bucket = aws_s3_bucket.lake_bucket.id
  policy = data.aws_iam_policy_document.lake_bucket_policy.json
}

resource "aws_secretsmanager_secret" "phone_key" {
  count       = var.phone_numbers == "hmac" ? 1 : 0
  name_prefix = "${var.name}-"
  description = "The key with which telephone numbers are hashed. Each value in the lake names the version it was made with."
  kms_key_id  = var.key_arn != "" ? var.key_arn : null

  lifecycle {
    prevent_destroy = true # the template retains it
  }
}

data "aws_secretsmanager_random_password" "phone_key" {
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "phone_key" {
  count         = var.phone_numbers == "hmac" ? 1 : 0
  secret_id     = aws_secretsmanager_secret.phone_key[0].id
  secret_string = data.aws_secretsmanager_random_password.phone_key.random_password

  lifecycle {
    ignore_changes = [secret_string] # a rotation is a decision: ../README.md
  }
}

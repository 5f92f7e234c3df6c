# Tables, views and statements, as definitions.json has them.

resource "aws_glue_catalog_database" "glue_database" {
  name        = var.database
  description = "Delivery events of AWS End User Messaging"
}

resource "aws_glue_catalog_table" "table" {
  for_each      = local.definitions.tables
  name          = each.key
  database_name = aws_glue_catalog_database.glue_database.name
  table_type    = "EXTERNAL_TABLE"
  parameters = {
    for key, value in each.value.parameters :
    key => replace(replace(value, "@bucket@", aws_s3_bucket.lake_bucket.id), "@first_day@", var.first_day)
  }

  dynamic "partition_keys" {
    for_each = each.value.partition_columns

    content {
      name = partition_keys.value
      type = "string"
    }
  }

  storage_descriptor {
    location      = replace(each.value.location, "@bucket@", aws_s3_bucket.lake_bucket.id)
    input_format  = local.definitions.table_format.input_format
    output_format = local.definitions.table_format.output_format

    ser_de_info {
      serialization_library = local.definitions.table_format.serialization_library
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }
}

resource "aws_glue_catalog_table" "view" {
  for_each           = local.definitions.views
  name               = each.key
  description        = each.value.description
  database_name      = aws_glue_catalog_database.glue_database.name
  table_type         = "VIRTUAL_VIEW"
  parameters         = { presto_view = "true", comment = "Presto View" }
  view_expanded_text = "/* Presto View */"
  view_original_text = "/* Presto View: ${base64encode(replace(each.value.definition, "@database@", var.database))} */"

  storage_descriptor {
    ser_de_info {}

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}

resource "aws_athena_workgroup" "work_group" {
  name          = var.name
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.bytes_per_query

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location       = "s3://${aws_s3_bucket.lake_bucket.id}/athena/"
      expected_bucket_owner = local.account

      encryption_configuration {
        encryption_option = var.key_arn != "" ? "SSE_KMS" : "SSE_S3"
        kms_key_arn       = var.key_arn != "" ? var.key_arn : null
      }
    }
  }
}

resource "aws_athena_prepared_statement" "statement" {
  for_each        = local.definitions.prepared_statements
  name            = each.key
  description     = each.value.description
  workgroup       = aws_athena_workgroup.work_group.name
  query_statement = each.value.statement
}

resource "aws_athena_named_query" "query" {
  for_each    = local.definitions.named_queries
  name        = each.key
  description = each.value.description
  workgroup   = aws_athena_workgroup.work_group.name
  database    = aws_glue_catalog_database.glue_database.name
  query       = each.value.query
}
